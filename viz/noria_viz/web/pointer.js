// Mouse, pen and fingers on the graph: drag pans, wheel zooms, two fingers do both.

const SLACK = 4; // pixels that a click may wander

export function followPointers(pane, camera, { clicked, doubled, hovered }) {
  const down = new Map();
  let travelled = 0;
  let pressed = null;
  let lastClick = { time: 0, target: null };

  const at = (event) => {
    const { left, top } = pane.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  pane.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    down.set(event.pointerId, at(event));
    travelled = 0;
    pressed = event.target;
    camera.grab(true);
    camera.stop();
  });

  pane.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return hovered(event.target, at(event));
    const now = at(event);
    if (down.size === 2) pinch(event.pointerId, before, now);
    else {
      travelled += Math.hypot(now.x - before.x, now.y - before.y);
      if (travelled > SLACK) {
        if (!pane.hasPointerCapture(event.pointerId)) pane.setPointerCapture(event.pointerId);
        pane.classList.add("dragging");
        camera.panBy(now.x - before.x, now.y - before.y);
      }
    }
    if (travelled > SLACK || down.size === 2) down.set(event.pointerId, now);
  });

  function pinch(id, before, now) {
    const other = [...down].find(([key]) => key !== id)[1];
    const spread = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    travelled = SLACK + 1;
    camera.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    camera.zoomAt(spread(now, other) / spread(before, other), (now.x + other.x) / 2, (now.y + other.y) / 2);
  }

  function lift(event) {
    const began = down.delete(event.pointerId);
    if (!down.size) camera.grab(false);
    pane.classList.remove("dragging");
    if (!began || event.type === "pointercancel" || travelled > SLACK) return;
    const time = performance.now();
    if (time - lastClick.time < 350 && lastClick.target === pressed) doubled(pressed, at(event));
    else clicked(pressed, at(event));
    lastClick = { time, target: pressed };
  }
  pane.addEventListener("pointerup", lift);
  pane.addEventListener("pointercancel", lift);
  pane.addEventListener("pointerleave", () => hovered(null, null));

  pane.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      if (event.shiftKey) return camera.panBy(-(event.deltaX || pixels), 0);
      const { x, y } = at(event);
      const strength = event.ctrlKey ? 0.01 : 0.0016;
      camera.zoomAt(Math.exp(-Math.max(-240, Math.min(240, pixels)) * strength), x, y);
    },
    { passive: false },
  );
}
