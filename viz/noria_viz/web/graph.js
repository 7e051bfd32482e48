// The document as a graph: who is beside whom, in which box, and what a selection's lineage is.

export function indexDocument(document) {
  const byId = new Map();
  const up = new Map();
  const down = new Map();
  const boxes = new Map(); // path of a box -> ids of the elements in it, at any depth
  for (const element of document.elements) {
    byId.set(element.id, element);
    up.set(element.id, []);
    down.set(element.id, []);
    for (const path of pathsOf(element)) {
      if (!boxes.has(path)) boxes.set(path, []);
      boxes.get(path).push(element.id);
    }
  }
  for (const [source, target] of document.edges) {
    down.get(source)?.push(target);
    up.get(target)?.push(source);
  }
  const titles = new Map(Object.entries(document.folds ?? {}));
  return { byId, up, down, boxes, titles, document };
}

// A box is a namespace, or a fold that stands for one where a graph has none.
export function boxPath(element) {
  const parts = [element.folds, element.namespace].filter(Boolean);
  return parts.join(".");
}

export function pathsOf(element) {
  const found = element.folds ? [element.folds] : [];
  const inner = element.namespace ? element.namespace.split(".") : [];
  let path = element.folds ?? "";
  for (const name of inner) {
    path = path ? `${path}.${name}` : name;
    found.push(path);
  }
  return found;
}

export const boxId = (path) => `n:${path}`;
export const pathOfBox = (id) => (id?.startsWith("n:") ? id.slice(2) : null);

// The elements that an id stands for: itself, or all that lie in a box.
export function membersOf(graph, id) {
  const path = pathOfBox(id);
  if (path !== null) return graph.boxes.get(path) ?? [];
  return graph.byId.has(id) ? [id] : [];
}

// For each element the node that stands for it in the scene: itself or the innermost drawn box.
export function standIns(graph, scene) {
  const drawn = new Set(scene.nodes.map((node) => node.id));
  const found = new Map();
  for (const element of graph.byId.values()) {
    if (drawn.has(element.id)) {
      found.set(element.id, element.id);
      continue;
    }
    const box = pathsOf(element).map(boxId).find((id) => drawn.has(id));
    if (box) found.set(element.id, box);
  }
  return found;
}

// About how many things a view draws, known before it is asked for.
export function drawnCount(graph, collapsed) {
  const closed = new Set(collapsed);
  const drawn = new Set();
  for (const element of graph.byId.values()) {
    if (element.kind !== "parameter") drawn.add(pathsOf(element).find((path) => closed.has(path)) ?? element.id);
  }
  return drawn.size;
}

export function lineage(graph, ids) {
  const upstream = reach(graph.up, ids);
  const downstream = reach(graph.down, ids);
  return { upstream, downstream };
}

function reach(next, ids) {
  const seen = new Set(ids);
  const queue = [...ids];
  while (queue.length) {
    for (const id of next.get(queue.pop()) ?? []) {
      if (!seen.has(id)) {
        seen.add(id);
        queue.push(id);
      }
    }
  }
  return seen;
}

// What of the scene belongs to the lineage of an id: drawn nodes, and edges as "source>target".
export function lineageInScene(graph, scene, places, id) {
  const members = membersOf(graph, id);
  const { upstream, downstream } = lineage(graph, members);
  const nodes = new Set([id]);
  for (const member of [...upstream, ...downstream]) {
    const place = places.get(member);
    if (place) nodes.add(place);
  }
  const edges = new Set();
  const drawnAlong = (set, next, pair) => {
    for (const from of set) {
      const near = places.get(from);
      if (!near) continue;
      for (const far of firstDrawn(next, from, places)) {
        if (places.get(far) !== near) edges.add(pair(near, places.get(far)));
      }
    }
  };
  drawnAlong(upstream, graph.up, (near, far) => edgeKey(far, near));
  drawnAlong(downstream, graph.down, (near, far) => edgeKey(near, far));
  return { nodes, edges };
}

// Past what a filter hides, on to what is drawn.
function firstDrawn(next, from, places) {
  const found = [];
  const seen = new Set([from]);
  const queue = [from];
  while (queue.length) {
    for (const id of next.get(queue.pop()) ?? []) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (places.has(id)) found.push(id);
      else queue.push(id);
    }
  }
  return found;
}

export const edgeKey = (source, target) => `${source}>${target}`;

// All boxes of the document, outermost first.
export function allBoxes(graph) {
  return [...graph.boxes.keys()].sort();
}

export function outermostBoxes(graph) {
  return allBoxes(graph).filter((path) => isOutermost(graph, path));
}

function isOutermost(graph, path) {
  const first = graph.byId.get(graph.boxes.get(path)[0]);
  return pathsOf(first)[0] === path;
}

const MANY = 24;

// The boxes to collapse once `path` is opened or closed. A large box opens onto closed ones.
export function toggled(graph, collapsed, path) {
  if (!collapsed.includes(path)) return [...collapsed, path];
  const rest = collapsed.filter((each) => each !== path);
  const inside = graph.boxes.get(path) ?? [];
  if (inside.length <= MANY) return rest;
  const children = new Set();
  for (const id of inside) {
    const paths = pathsOf(graph.byId.get(id));
    const child = paths[paths.indexOf(path) + 1];
    if (child) children.add(child);
  }
  return [...new Set([...rest, ...children])];
}

// The boxes to collapse so that an element is drawn.
export function revealed(graph, collapsed, id) {
  const path = pathOfBox(id);
  const above = path === null ? pathsOf(graph.byId.get(id)) : pathsAbove(graph, path);
  return collapsed.filter((each) => !above.includes(each));
}

function pathsAbove(graph, path) {
  const first = graph.byId.get(graph.boxes.get(path)?.[0]);
  const paths = first ? pathsOf(first) : [];
  return paths.slice(0, paths.indexOf(path));
}
