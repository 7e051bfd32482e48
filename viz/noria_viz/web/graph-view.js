// The pane with the graph: draws scenes into it, lights lineages, and keeps the reader's place.
import { createCamera, READABLE } from "./camera.js";
import { drawScene, elementId } from "./draw.js";
import { edgeFinder } from "./nearest.js";
import { followPointers } from "./pointer.js";
import { placeTitles } from "./titles.js";
import { firstOf, placeOf } from "./walk.js";

const FAR = 0.6; // below this scale labels are no text any more, only titles of boxes stay

export function createGraphView(pane, { selected, toggled, moved }) {
  const layer = element("div", "layer");
  const shield = element("div", "shield");
  const whisper = element("div", "whisper");
  shield.hidden = whisper.hidden = true;
  pane.append(layer, shield, whisper);
  let drawing = null;
  let direction = "LR";
  let findEdge = () => null;
  let litNow = [];
  let warm = [];
  const camera = createCamera({ layer, shield, draw: drawFor, moved });

  function drawFor({ x, y, k }, around) {
    if (!drawing) return;
    const { root, world } = drawing;
    root.style.left = `${-around.x}px`;
    root.style.top = `${-around.y}px`;
    root.setAttribute("width", camera.size.width + 2 * around.x);
    root.setAttribute("height", camera.size.height + 2 * around.y);
    world.setAttribute("transform", `translate(${x + around.x},${y + around.y}) scale(${k})`);
    world.classList.toggle("far", k < FAR);
    placeTitles(drawing.boxes, k);
  }

  const graphPoint = ({ x, y }) => {
    const { view } = camera;
    return [(x - view.x) / view.k, (y - view.y) / view.k];
  };
  const edgeAt = (point) => findEdge(...graphPoint(point), 7 / camera.view.k);
  const idAt = (target) => target?.closest?.("[data-id]")?.dataset.id ?? null;

  followPointers(pane, camera, {
    clicked(target, point) {
      const toggle = target.closest?.("[data-toggle]")?.dataset.toggle;
      if (toggle) return toggled(toggle);
      const id = idAt(target);
      if (id) return selected(id);
      const edge = edgeAt(point);
      if (edge) followEdge(edge, point);
      else selected(null);
    },
    doubled(target) {
      const id = idAt(target);
      if (id?.startsWith("n:")) toggled(id);
    },
    hovered(target, point) {
      const id = idAt(target);
      if (id) return hover(drawing?.touching.get(id) ?? []);
      const edge = point && drawing ? edgeAt(point) : null;
      hover(edge ? [edge] : [], edge && point);
    },
  });

  // A click on an edge goes to the end that is farther away.
  function followEdge(edge, point) {
    const [x, y] = graphPoint(point);
    const far = (id) => {
      const place = drawing.nodes.get(id);
      return Math.hypot(place.x + place.width / 2 - x, place.y + place.height / 2 - y);
    };
    const id = far(edge.source) > far(edge.target) ? edge.source : edge.target;
    selected(id);
    camera.bringIn(drawing.nodes.get(id));
  }

  function hover(edges, point) {
    if (edges.length === warm.length && edges.every((edge, i) => edge === warm[i])) return;
    for (const edge of warm) mark(edge, false);
    warm = edges;
    for (const edge of warm) mark(edge, true);
    whisper.hidden = !point;
    pane.classList.toggle("on-edge", Boolean(point));
    if (!point) return;
    const label = (id) => drawing.nodes.get(id).label;
    whisper.textContent = `${label(edges[0].source)}  →  ${label(edges[0].target)}`;
    whisper.style.transform = `translate(${Math.round(point.x + 14)}px,${Math.round(point.y + 14)}px)`;
  }

  function mark(edge, on) {
    edge.element.classList.toggle("warm", on);
    for (const id of [edge.source, edge.target]) drawing?.nodes.get(id)?.element.classList.toggle("warm", on);
  }

  // What both drawings have and the reader looks at: it must not move.
  function anchorFor(next, wanted) {
    for (const id of wanted) if (id && placeOf(drawing, id) && placeOf(next, id)) return id;
    const { x, y } = camera.place();
    let best = null;
    for (const [id, place] of drawing.nodes) {
      if (!next.nodes.has(id)) continue;
      const distance = Math.hypot(place.x + place.width / 2 - x, place.y + place.height / 2 - y);
      if (!best || distance < best.distance) best = { id, distance };
    }
    return best?.id ?? null;
  }

  function start() {
    const id = drawing && firstOf(drawing, direction);
    if (!id) return null;
    const place = drawing.nodes.get(id);
    const axis = direction === "LR" ? "y" : "x";
    const rank = [...drawing.nodes.values()].filter((node) =>
      direction === "LR" ? node.x < place.x + place.width : node.y < place.y + place.height,
    );
    const middle = rank.map((node) => node[axis]).sort((a, b) => a - b)[rank.length >> 1];
    return { x: place.x, y: place.y, [axis]: middle, direction };
  }

  return {
    camera,
    get drawing() { return drawing; },
    get direction() { return direction; },
    // `keep`: ids that should stay where they are, most wanted first; null: look at it anew.
    show(scene, layout, graph, { keep = null, at = null, shown = "LR" } = {}) {
      const next = drawScene(scene, layout, graph);
      const anchor = drawing && keep && anchorFor(next, keep);
      const before = anchor && placeOf(drawing, anchor);
      const wasWhole = camera.auto;
      hover([]);
      litNow = [];
      drawing = next;
      direction = shown;
      findEdge = edgeFinder(next.edges);
      layer.replaceChildren(next.root);
      camera.hold(next);
      if (at) camera.lookAt(at);
      else if (anchor && !(wasWhole && camera.overviewScale() >= READABLE)) {
        camera.keep(before, placeOf(next, anchor));
        const opened = keep[0] && placeOf(next, keep[0]);
        if (opened) camera.bringIn(opened, { animate: false, readable: false });
      } else camera.fit(start());
    },
    clear() {
      drawing = null;
      layer.replaceChildren();
    },
    resized() {
      const { width, height } = pane.getBoundingClientRect();
      if (!width || !height) return;
      camera.resize(width, height);
      if (drawing && camera.auto) camera.fit(start());
    },
    fit: () => drawing && camera.fit(start(), { animate: true }),
    overview: () => drawing && camera.fit(null, { animate: true }),
    light(lit, id) {
      for (const each of litNow) each.classList.remove("lit", "selected");
      litNow = [];
      pane.removeAttribute("aria-activedescendant");
      drawing?.world.classList.toggle("has-selection", Boolean(lit));
      if (!lit || !drawing) return;
      for (const edge of drawing.edges) if (lit.edges.has(edge.key)) litNow.push(edge.element);
      for (const each of lit.nodes) {
        const node = drawing.nodes.get(each);
        if (node) litNow.push(node.element);
      }
      for (const [box, { area, title }] of drawing.boxes) if (box === id) litNow.push(area, title);
      for (const each of litNow) each.classList.add("lit");
      const own = placeOf(drawing, id);
      const chosen = own?.element ?? own?.title;
      if (!chosen) return;
      own.area?.classList.add("selected");
      chosen.classList.add("selected");
      litNow.push(chosen);
      pane.setAttribute("aria-activedescendant", elementId(id));
    },
    bringIn(id, options) {
      const place = drawing && placeOf(drawing, id);
      if (place) camera.bringIn(place, options);
    },
  };
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
