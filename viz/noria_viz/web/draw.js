// Draws a scene with its places as SVG, once; afterwards only classes change.
import { along, edgePath } from "./geometry.js";
import { edgeKey } from "./graph.js";
import { ICONS, placedIcon } from "./icons.js";
import { svg } from "./svg.js";
import { many } from "./text.js";

const TEXT_FROM = 32; // where a label starts: padding, icon, gap
const TEXT_END = 12;
const TITLE_FROM = 26;
const STACK = 4; // what lies under a closed namespace stands out on its right
const FONT = "13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

export function drawScene(scene, layout, graph) {
  const boxes = new Map();
  const nodes = new Map();
  const boxLayer = svg("g", { class: "boxes" });
  const edgeLayer = svg("g", { class: "edges", "aria-hidden": "true" });
  const nodeLayer = svg("g", { class: "nodes" });
  const titleLayer = svg("g", { class: "titles" });
  for (const box of scene.boxes) {
    const place = layout.boxes.get(box.id);
    if (!place) continue;
    const drawn = drawBox(box, place, depthOf(box, scene.boxes));
    boxLayer.append(drawn.area);
    titleLayer.append(drawn.title);
    boxes.set(box.id, { ...drawn, ...place });
  }
  const edges = layout.edges.map((edge) => {
    const element = svg("path", { class: "edge", d: edgePath(edge) });
    edgeLayer.append(element);
    return { ...edge, key: edgeKey(edge.source, edge.target), element, along: along(edge) };
  });
  const measure = textMeasure();
  for (const node of scene.nodes) {
    const place = layout.nodes.get(node.id);
    if (!place) continue;
    const element = drawNode(node, place, graph?.byId.get(node.id), measure);
    nodeLayer.append(element);
    nodes.set(node.id, { ...place, id: node.id, label: node.label, kind: node.kind, element });
  }
  const dense = edges.length > 2 * nodes.size;
  const world = svg("g", { class: dense ? "world dense" : "world" }, boxLayer, edgeLayer, nodeLayer, titleLayer);
  const root = svg("svg", { class: "drawing", role: "presentation" }, world);
  return { root, world, nodes, boxes, edges, width: layout.width, height: layout.height, touching: touching(edges) };
}

function touching(edges) {
  const found = new Map();
  for (const edge of edges) {
    for (const id of [edge.source, edge.target]) {
      if (!found.has(id)) found.set(id, []);
      found.get(id).push(edge);
    }
  }
  return found;
}

function depthOf(box, boxes) {
  const parents = new Map(boxes.map((each) => [each.id, each.parent]));
  let depth = 0;
  for (let id = box.parent; id; id = parents.get(id)) depth += 1;
  return depth;
}

function drawBox(box, { x, y, width, height }, depth) {
  const area = svg("rect", {
    class: `box depth-${depth % 3}`, x, y, width, height, rx: 10, "data-box": box.id,
  });
  const title = svg(
    "g",
    {
      class: "title", id: elementId(box.id), transform: `translate(${x},${y})`, "data-id": box.id,
      role: "button", "aria-expanded": "true", "aria-label": `namespace ${box.label}, open`,
    },
    svg("rect", { class: "grip", x: 4, y: 3, width: titleWidth(box, width), height: 22, rx: 6 }),
    svg("path", { class: "icon", d: ICONS.open, transform: "translate(8,6)", "data-toggle": box.id }),
    svg("rect", { class: "catch", width: 28, height: 28, "data-toggle": box.id }),
    svg("text", { x: TITLE_FROM, y: 18.5 }, box.label),
  );
  return { area, title, label: box.label };
}

const titleWidth = (box, width) => Math.min(width - 8, TITLE_FROM + box.label.length * 8 + 6);

function drawNode(node, { x, y, width, height }, element, measure) {
  const label = node.label === "" ? "(no name)" : node.label;
  const closed = node.kind === "namespace";
  const room = width - TEXT_FROM - TEXT_END + (closed ? 6 - STACK : 0);
  const squeezed = measure(label, closed) > room ? { textLength: room, lengthAdjust: "spacingAndGlyphs" } : {};
  const twoLines = node.kind === "namespace" && node.count !== undefined && height >= 38;
  const group = svg(
    "g",
    {
      class: `node ${node.kind}`, id: elementId(node.id),
      "data-id": node.id, "data-status": element?.status, role: "button",
      "aria-label": spoken(node, element),
      ...(node.kind === "namespace" ? { "aria-expanded": "false" } : {}),
    },
    ...shapeOf(node.kind, x, y, width, height),
    svg("path", { class: "icon", d: placedIcon(node.kind, x + 10, y + height / 2 - 8) }),
    svg("text", { x: x + TEXT_FROM, y: y + height / 2 + (twoLines ? -4 : 4.5), ...squeezed }, label),
  );
  if (twoLines) group.append(" ", svg("text", { class: "count", x: x + TEXT_FROM, y: y + height / 2 + 14 }, counted(node)));
  if (node.kind === "namespace")
    group.append(svg("rect", { class: "catch", x, y, width: 30, height, "data-toggle": node.id }));
  const whole = element?.name ?? label;
  if (whole !== label) group.append(svg("title", {}, whole.slice(0, 400)));
  return group;
}

// No transform of its own: each would cost the browser a layer to think about in every frame.
// Kinds differ in outline, not only in colour.
function shapeOf(kind, x, y, width, height) {
  const whole = { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 };
  if (kind === "dataset") return [svg("rect", { class: "shape", ...whole, rx: height / 2 })];
  if (kind === "parameter") {
    const [w, h, c] = [width - 1, height - 1, 7];
    const d = `M${x + c} ${y + 0.5}h${w - 2 * c}l${c} ${c}v${h - 2 * c}l${-c} ${c}h${2 * c - w}l${-c} ${-c}v${2 * c - h}z`;
    return [svg("path", { class: "shape", d })];
  }
  if (kind === "namespace") {
    return [
      svg("rect", { class: "under", x: x + 4.5, y: y + 3.5, width: width - 5, height: height - 1, rx: 8 }),
      svg("rect", { class: "shape", ...whole, width: width - STACK, rx: 8 }),
    ];
  }
  return [svg("rect", { class: "shape", ...whole, rx: 5 })];
}

const counted = (node) => (node.count ? many(node.count, "function") : many(node.datasets ?? 0, "dataset"));

function spoken(node, element) {
  if (node.kind === "namespace") return `namespace ${node.label} ${counted(node)}, closed`;
  const status = element?.status ? `, ${element.status}` : "";
  return `${node.kind} ${node.label || "without a name"}${status}`;
}

// Ids of the document may hold anything; an element's id is made of them reversibly enough.
export const elementId = (id) => `at-${encodeURIComponent(id.slice(0, 300))}`;

function textMeasure() {
  const context = document.createElement("canvas").getContext("2d");
  return (text, heavy) => {
    context.font = heavy ? `600 ${FONT}` : FONT;
    return context.measureText(text).width;
  };
}
