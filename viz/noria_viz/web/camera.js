// Where the reader stands: a CSS transform while moving, redrawn sharp when the movement ends.

export const READABLE = 11 / 13; // the scale at which a 13 px label is 11 px high
const MOST = 2.5;
const REST = 160; // milliseconds without movement that end one
const EASE = 200;

export function createCamera({ pane, layer, shield, moved }) {
  let view = { x: 0, y: 0, k: 1 }; // screen = graph * k + (x, y)
  let size = { width: 1, height: 1 };
  let drawing = { width: 1, height: 1 };
  let frame = 0;
  let resting = 0;
  let gliding = 0;
  let auto = true; // nobody moved by hand since the last fit

  function apply() {
    frame = 0;
    layer.style.transform = `translate(${view.x}px,${view.y}px) scale(${view.k})`;
  }

  function move(next, { settle = true } = {}) {
    view = next;
    if (!frame) frame = requestAnimationFrame(apply);
    if (!settle) return;
    if (!resting) shield.hidden = false;
    clearTimeout(resting);
    resting = setTimeout(rest, REST);
  }

  // Without the hint for a moment the browser draws the layer anew at its present scale.
  function rest() {
    resting = 0;
    shield.hidden = true;
    layer.classList.add("still");
    requestAnimationFrame(() => requestAnimationFrame(() => layer.classList.remove("still")));
    moved(place());
  }

  const least = () => Math.min(READABLE, overviewScale());
  const clamp = (k) => Math.min(MOST, Math.max(least(), k));

  function overviewScale() {
    const margin = 24;
    return Math.min(
      (size.width - 2 * margin) / drawing.width,
      (size.height - 2 * margin) / drawing.height,
    );
  }

  function zoomAt(factor, x = size.width / 2, y = size.height / 2) {
    stop();
    auto = false;
    const k = clamp(view.k * factor);
    move({ k, x: x - ((x - view.x) * k) / view.k, y: y - ((y - view.y) * k) / view.k });
  }

  function panBy(dx, dy) {
    stop();
    auto = false;
    move({ ...view, x: view.x + dx, y: view.y + dy });
  }

  function stop() {
    cancelAnimationFrame(gliding);
    gliding = 0;
  }

  function glide(target, animate = true) {
    stop();
    if (!animate || matchMedia("(prefers-reduced-motion: reduce)").matches) return move(target);
    const from = view;
    const start = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - start) / EASE);
      const e = 1 - (1 - t) ** 3;
      const mix = (key) => from[key] + (target[key] - from[key]) * e;
      move({ x: mix("x"), y: mix("y"), k: mix("k") });
      gliding = t < 1 ? requestAnimationFrame(step) : 0;
    };
    gliding = requestAnimationFrame(step);
  }

  const place = () => ({
    x: (size.width / 2 - view.x) / view.k,
    y: (size.height / 2 - view.y) / view.k,
    k: view.k,
  });

  const looking = ({ x, y, k }) => ({ k, x: size.width / 2 - x * k, y: size.height / 2 - y * k });

  return {
    get view() { return view; },
    get size() { return size; },
    get auto() { return auto; },
    place,
    resize(width, height) {
      size = { width, height };
    },
    hold(next) {
      drawing = next;
    },
    zoomAt,
    panBy,
    overviewScale,
    least,
    stop,
    // The whole where it can be read; else a readable part of it that begins where the data comes in.
    fit(start, { animate = false } = {}) {
      auto = true;
      const whole = overviewScale();
      if (whole >= READABLE || !start) {
        const k = Math.min(1.15, whole);
        return glide(looking({ x: drawing.width / 2, y: drawing.height / 2, k }), animate);
      }
      glide(beginning(start), animate);
    },
    lookAt(target, { animate = false } = {}) {
      auto = false;
      glide(looking({ ...target, k: clamp(target.k) }), animate);
    },
    // As little movement as shows the place.
    bringIn({ x, y, width, height }, { animate = true, readable = true } = {}) {
      const k = readable ? Math.max(view.k, Math.min(READABLE, MOST)) : view.k;
      const base = k === view.k ? view : looking({ ...place(), k });
      const margin = 32;
      const shift = (from, length, room) => {
        if (length > room - 2 * margin) return room / 2 - (from + length / 2);
        return Math.max(0, margin - from) + Math.min(0, room - margin - (from + length));
      };
      const dx = shift(x * k + base.x, width * k, size.width);
      const dy = shift(y * k + base.y, height * k, size.height);
      if (!dx && !dy && k === view.k) return;
      auto = false;
      glide({ k, x: base.x + dx, y: base.y + dy }, animate);
    },
    // After a new layout: the same box stays under the same point.
    keep(before, after) {
      move({
        ...view,
        x: view.x + (before.x - after.x) * view.k,
        y: view.y + (before.y - after.y) * view.k,
      });
    },
  };

  function beginning({ x, y, direction }) {
    const k = READABLE;
    const margin = 28;
    const inside = (length, room, centre) => {
      if (length * k <= room - 2 * margin) return (room - length * k) / 2;
      return Math.min(margin, Math.max(room - margin - length * k, room / 2 - centre * k));
    };
    const along = (length, room) => inside(length, room, 0);
    return direction === "LR"
      ? { k, x: along(drawing.width, size.width), y: inside(drawing.height, size.height, y) }
      : { k, x: inside(drawing.width, size.width, x), y: along(drawing.height, size.height) };
  }
}
