// Which edge lies under a point: a grid over the curves, as a line is too thin to be pointed at.

const CELL = 48;

export function edgeFinder(edges) {
  const cells = new Map();
  edges.forEach((edge) => {
    for (let i = 0; i + 1 < edge.along.length; i++) {
      const part = { edge, a: edge.along[i], b: edge.along[i + 1] };
      for (const key of cellsOf(part)) {
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(part);
      }
    }
  });
  return (x, y, within) => {
    let best = null;
    let least = within;
    for (const { edge, a, b } of cells.get(keyOf(x, y)) ?? []) {
      const distance = distanceTo(x, y, a, b);
      if (distance < least) {
        least = distance;
        best = edge;
      }
    }
    return best;
  };
}

const keyOf = (x, y) => Math.floor(x / CELL) * 100003 + Math.floor(y / CELL);

function cellsOf({ a, b }) {
  const reach = 8;
  const keys = [];
  const from = [Math.min(a[0], b[0]) - reach, Math.min(a[1], b[1]) - reach];
  const to = [Math.max(a[0], b[0]) + reach, Math.max(a[1], b[1]) + reach];
  for (let x = Math.floor(from[0] / CELL); x <= Math.floor(to[0] / CELL); x++)
    for (let y = Math.floor(from[1] / CELL); y <= Math.floor(to[1] / CELL); y++) keys.push(x * 100003 + y);
  return keys;
}

function distanceTo(x, y, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const square = dx * dx + dy * dy;
  const t = square ? Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / square)) : 0;
  return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy);
}
