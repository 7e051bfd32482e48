// Where the reader stands. While moving the last drawing is shifted and scaled by a CSS transform, which
// costs the page nothing; when the movement ends, or runs out of what was drawn, it is drawn anew.

export const READABLE = 11 / 13; // the scale at which a 13 px label is 11 px high
const MOST = 2.5;
const REST = 140; // milliseconds without movement that end one
const EASE = 200;
const AROUND = 0.5; // of the pane's size is drawn beyond each side of it
const BETWEEN = 220; // milliseconds between drawings during one movement

export function createCamera({ layer, shield, draw, moved }) {
  let view = { x: 0, y: 0, k: 1 }; // screen = graph * k + (x, y)
  let drawn = { ...view }; // where the layer was last drawn for
  let drawnAt = 0;
  let size = { width: 1, height: 1 };
  let drawing = { width: 1, height: 1 };
  let frame = 0;
  let resting = 0;
  let gliding = 0;
  let held = false; // a finger or button is down: the movement is not over
  let auto = true; // nobody moved by hand since the last fit

  function apply() {
    frame = 0;
    if (runsOut() && performance.now() - drawnAt > BETWEEN) return redraw();
    const k = view.k / drawn.k;
    layer.style.transform = `translate(${view.x - drawn.x * k}px,${view.y - drawn.y * k}px) scale(${k})`;
  }

  function redraw() {
    drawn = { ...view };
    drawnAt = performance.now();
    layer.style.transform = "none";
    draw(drawn, { x: size.width * AROUND, y: size.height * AROUND });
  }

  // Whether the pane shows what lies beyond the drawn region.
  function runsOut() {
    const k = view.k / drawn.k;
    const left = view.x - drawn.x * k - size.width * AROUND * k;
    const top = view.y - drawn.y * k - size.height * AROUND * k;
    const grown = (1 + 2 * AROUND) * k;
    return left > 0 || top > 0 || left + size.width * grown < size.width || top + size.height * grown < size.height;
  }

  function move(next) {
    view = next;
    if (!frame) frame = requestAnimationFrame(apply);
    if (!resting) shield.hidden = false;
    clearTimeout(resting);
    resting = setTimeout(rest, REST);
  }

  function rest() {
    if (held) return void (resting = setTimeout(rest, REST));
    resting = 0;
    shield.hidden = true;
    redraw();
    moved(place());
  }

  // At once, without a movement: a new drawing stands or the pane has another size.
  function put(next) {
    stop();
    view = next;
    clearTimeout(resting);
    rest();
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
    if (!animate || matchMedia("(prefers-reduced-motion: reduce)").matches) return put(target);
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
      if (!auto) redraw();
    },
    hold(next) {
      drawing = next;
    },
    grab(on) {
      held = on;
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
      put({
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
      if (length * k <= room - 8) return (room - length * k) / 2;
      return Math.min(margin, Math.max(room - margin - length * k, room / 2 - centre * k));
    };
    const along = (length, room) => inside(length, room, 0);
    return direction === "LR"
      ? { k, x: along(drawing.width, size.width), y: inside(drawing.height, size.height, y) }
      : { k, x: inside(drawing.width, size.width, x), y: along(drawing.height, size.height) };
  }
}
