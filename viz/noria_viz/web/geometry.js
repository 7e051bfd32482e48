// Graphviz's answer (json0, y upwards, points) as places on the page (y downwards, pixels).

const round = (number) => Math.round(number * 10) / 10;

export function placesOf(answer, scene) {
  const [left, bottom, right, top] = answer.bb.split(",").map(Number);
  const flip = (x, y) => [round(x - left), round(top - y)];
  const sizes = new Map(scene.nodes.map((node) => [node.name, node]));
  const boxIds = new Map(scene.boxes.map((box) => [box.name, box.id]));
  const nodes = new Map();
  const boxes = new Map();
  const nameAt = new Map();
  for (const object of answer.objects ?? []) {
    nameAt.set(object._gvid, object.name);
    if (sizes.has(object.name)) {
      const { id, width, height } = sizes.get(object.name);
      const [x, y] = flip(...object.pos.split(",").map(Number));
      nodes.set(id, { x: round(x - width / 2), y: round(y - height / 2), width, height });
    } else if (boxIds.has(object.name) && object.bb) {
      const [x0, y0, x1, y1] = object.bb.split(",").map(Number);
      const [x, y] = flip(x0, y1);
      boxes.set(boxIds.get(object.name), { x, y, width: round(x1 - x0), height: round(y1 - y0) });
    }
  }
  const rounded = new Map(scene.nodes.flatMap(({ id, kind }) => (kind === "dataset" ? [[id, nodes.get(id)]] : [])));
  const edges = [];
  for (const edge of answer.edges ?? []) {
    const source = sizes.get(nameAt.get(edge.tail))?.id;
    const target = sizes.get(nameAt.get(edge.head))?.id;
    if (!nodes.has(source) || !nodes.has(target)) continue;
    const way = edge.pos ? curve(edge.pos, flip) : swing(nodes.get(source), nodes.get(target), scene.direction);
    edges.push({ source, target, ...drawnIn(way, rounded.get(source), rounded.get(target)) });
  }
  return { width: round(right - left), height: round(top - bottom), nodes, boxes, edges };
}

// "e,x,y x,y x,y ..." -> the points of a Bezier curve and the tip of the arrow.
function curve(pos, flip) {
  let tip = null;
  const points = [];
  for (const part of pos.split(";")[0].split(" ")) {
    const [first, second, third] = part.split(",");
    if (first === "e") tip = flip(Number(second), Number(third));
    else if (first !== "s" && first !== "") points.push(flip(Number(first), Number(second)));
  }
  return { points, tip: tip ?? points.at(-1) };
}

// Edges are led to boxes; a dataset is rounder than its box, so their ends go on to it as straight
// as they came.
function drawnIn({ points, tip }, source, target) {
  const led = [...points];
  if (source) led[0] = ontoRound(led[0], heading(led[1], led[0]), source);
  if (!target) return { points: led, tip };
  const last = led.pop();
  const at = ontoRound(tip, heading(last, tip) ?? heading(led.at(-1), tip), target);
  led.push([round(last[0] + at[0] - tip[0]), round(last[1] + at[1] - tip[1])]);
  return { points: led, tip: at };
}

const heading = ([x0, y0], [x1, y1]) => (x0 === x1 && y0 === y1 ? null : [x1 - x0, y1 - y0]);

function ontoRound([px, py], way, { x, y, width, height }) {
  const radius = height / 2;
  const [ox, oy] = [px - Math.min(Math.max(px, x + radius), x + width - radius), py - y - radius];
  const outside = ox * ox + oy * oy - radius * radius;
  if (outside <= 0 || !way) return [px, py];
  const [dx, dy] = way;
  const square = dx * dx + dy * dy;
  const along = ox * dx + oy * dy;
  const under = along * along - square * outside;
  const far = under > 0 && along < 0 ? (-along - Math.sqrt(under)) / square : -along / square; // a miss: as near as it gets
  return [round(px + dx * far), round(py + dy * far)];
}

// An edge that nobody routed: a swing from side to side.
export function swing(a, b, direction) {
  const [start, tip] =
    direction === "TB"
      ? [[a.x + a.width / 2, a.y + a.height], [b.x + b.width / 2, b.y]]
      : [[a.x + a.width, a.y + a.height / 2], [b.x, b.y + b.height / 2]];
  const axis = direction === "TB" ? 1 : 0;
  const reach = Math.max(24, Math.abs(tip[axis] - start[axis]) * 0.45);
  const lean = (point, by) => point.map((value, i) => round(i === axis ? value + by : value));
  return { points: [start, lean(start, reach), lean(tip, -reach), tip], tip };
}

const ARROW = 6;

// One path for the line and its head: half the elements, and they dim and light up together.
export function edgePath({ points, tip }) {
  const [start, ...rest] = points;
  let path = `M${start}`;
  for (let i = 0; i + 2 < rest.length; i += 3) path += `C${rest[i]} ${rest[i + 1]} ${rest[i + 2]}`;
  const end = points.at(-1);
  const back = points.at(-2) ?? start;
  const from = Math.hypot(tip[0] - end[0], tip[1] - end[1]) > 0.5 ? end : back;
  const angle = Math.atan2(tip[1] - from[1], tip[0] - from[0]);
  const wing = (turn) => [
    round(tip[0] - ARROW * Math.cos(angle + turn)),
    round(tip[1] - ARROW * Math.sin(angle + turn)),
  ];
  return `${path}L${tip}M${wing(0.5)}L${tip}L${wing(-0.5)}`;
}

// Points along the curve, dense enough to find the edge under a pointer.
export function along({ points, tip }, step = 24) {
  const found = [points[0]];
  for (let i = 0; i + 3 < points.length; i += 3) {
    const [p0, p1, p2, p3] = points.slice(i, i + 4);
    const length = Math.hypot(p3[0] - p0[0], p3[1] - p0[1]);
    const parts = Math.max(2, Math.ceil(length / step));
    for (let k = 1; k <= parts; k++) found.push(bezier(p0, p1, p2, p3, k / parts));
  }
  found.push(tip);
  return found;
}

function bezier(p0, p1, p2, p3, t) {
  const u = 1 - t;
  const mix = (axis) =>
    u * u * u * p0[axis] + 3 * u * u * t * p1[axis] + 3 * u * t * t * p2[axis] + t * t * t * p3[axis];
  return [mix(0), mix(1)];
}
