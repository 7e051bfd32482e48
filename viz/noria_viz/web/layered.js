// The last resort where Graphviz gives up: columns by depth. Always works, in no time.

import { swing } from "./geometry.js";

const GAP = { across: 14, along: 60 };

export function layered(scene, direction = scene.direction ?? "LR") {
  const depth = depths(scene);
  const columns = [];
  for (const node of scene.nodes) (columns[depth.get(node.id)] ??= []).push(node);
  const nodes = new Map();
  let along = 0;
  let breadth = 0;
  for (const column of columns.filter(Boolean)) {
    let across = 0;
    let thickest = 0;
    for (const { id, width, height } of column) {
      const place = direction === "LR" ? { x: along, y: across } : { x: across, y: along };
      nodes.set(id, { ...place, width, height });
      across += (direction === "LR" ? height : width) + GAP.across;
      thickest = Math.max(thickest, direction === "LR" ? width : height);
    }
    breadth = Math.max(breadth, across);
    along += thickest + GAP.along;
  }
  const idByName = new Map(scene.nodes.map((node) => [node.name, node.id]));
  const edges = scene.edges.map(([from, to]) => {
    const [source, target] = [idByName.get(from), idByName.get(to)];
    return { source, target, ...swing(nodes.get(source), nodes.get(target), direction) };
  });
  const [width, height] = direction === "LR" ? [along, breadth] : [breadth, along];
  return { width, height, nodes, boxes: new Map(), edges };
}

function depths(scene) {
  const next = new Map(scene.nodes.map((node) => [node.name, []]));
  const awaited = new Map(scene.nodes.map((node) => [node.name, 0]));
  for (const [from, to] of scene.edges) {
    next.get(from).push(to);
    awaited.set(to, awaited.get(to) + 1);
  }
  const depth = new Map();
  const idByName = new Map(scene.nodes.map((node) => [node.name, node.id]));
  const queue = scene.nodes.filter((node) => !awaited.get(node.name)).map((node) => node.name);
  for (const name of queue) depth.set(idByName.get(name), 0);
  while (queue.length) {
    const name = queue.shift();
    for (const each of next.get(name)) {
      const id = idByName.get(each);
      depth.set(id, Math.max(depth.get(id) ?? 0, depth.get(idByName.get(name)) + 1));
      awaited.set(each, awaited.get(each) - 1);
      if (!awaited.get(each)) queue.push(each);
    }
  }
  for (const node of scene.nodes) if (!depth.has(node.id)) depth.set(node.id, 0);
  return depth;
}
