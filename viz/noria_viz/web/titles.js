// Titles of open boxes: readable at every scale, and only those that have room.
import { READABLE } from "./camera.js";

const HEIGHT = 24;

export function placeTitles(boxes, k) {
  const grow = Math.max(1, READABLE / k);
  const taken = [];
  for (const box of boxes.values()) {
    const mine = {
      left: box.x,
      top: box.y,
      right: box.x + (30 + box.label.length * 7.6) * grow,
      bottom: box.y + HEIGHT * grow,
    };
    const room = grow === 1 || (mine.right - mine.left <= box.width && mine.bottom - mine.top <= box.height);
    const free = room && (grow === 1 || !taken.some((other) => meets(mine, other)));
    if (free) taken.push(mine);
    if (box.grown !== grow) box.title.setAttribute("transform", `translate(${box.x},${box.y}) scale(${grow})`);
    box.grown = grow;
    box.title.classList.toggle("cramped", !free);
  }
}

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
