// Which node an arrow key goes to: along edges in the direction of flow, to the side by place.

export function step(drawing, from, arrow, direction) {
  const forward = direction === "LR" ? "ArrowRight" : "ArrowDown";
  const backward = direction === "LR" ? "ArrowLeft" : "ArrowUp";
  const here = placeOf(drawing, from);
  if (!here) return firstOf(drawing, direction);
  const touching = drawing.touching.get(from) ?? [];
  if (arrow === forward) return nearest(drawing, here, touching.filter((e) => e.source === from).map((e) => e.target), direction);
  if (arrow === backward) return nearest(drawing, here, touching.filter((e) => e.target === from).map((e) => e.source), direction);
  return beside(drawing, from, here, arrow, direction);
}

export function placeOf(drawing, id) {
  return drawing.nodes.get(id) ?? drawing.boxes.get(id) ?? null;
}

const centre = (place) => [place.x + place.width / 2, place.y + place.height / 2];

export function firstOf(drawing, direction) {
  const axis = direction === "LR" ? 0 : 1;
  let best = null;
  for (const [id, node] of drawing.nodes) {
    const where = centre(node);
    if (!best || where[axis] < best.where[axis] - 1 || (Math.abs(where[axis] - best.where[axis]) <= 1 && where[1 - axis] < best.where[1 - axis]))
      best = { id, where };
  }
  return best?.id ?? null;
}

function nearest(drawing, here, ids, direction) {
  const across = direction === "LR" ? 1 : 0;
  const from = centre(here)[across];
  const far = (id) => Math.abs(centre(drawing.nodes.get(id))[across] - from);
  return ids.length ? ids.reduce((best, id) => (far(id) < far(best) ? id : best)) : null;
}

function beside(drawing, from, here, arrow, direction) {
  const across = direction === "LR" ? 1 : 0;
  const sign = arrow === "ArrowDown" || arrow === "ArrowRight" ? 1 : -1;
  const start = centre(here);
  let best = null;
  for (const [id, node] of drawing.nodes) {
    if (id === from) continue;
    const to = centre(node);
    const ahead = (to[across] - start[across]) * sign;
    if (ahead < 1) continue;
    const cost = ahead + Math.abs(to[1 - across] - start[1 - across]) * 2.5;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id ?? null;
}
