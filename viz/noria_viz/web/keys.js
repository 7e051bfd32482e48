// The keys: one table, for what they do and for the help that lists them.

export const KEYS = [
  { keys: ["/"], does: "search", says: "search", group: "Find" },
  { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], shown: "← → ↑ ↓", does: "walk", says: "walk along the edges", group: "Find" },
  { keys: ["Enter"], does: "open", says: "open a namespace; read about an element", group: "Find" },
  { keys: ["Backspace"], does: "shut", says: "close the namespace around", group: "Find" },
  { keys: ["Escape"], shown: "Esc", does: "escape", says: "back: close, clear the selection", group: "Find" },
  { keys: ["l"], does: "only", says: "only the lineage of the selection, or all again", group: "Show" },
  { keys: ["p"], does: "params", says: "parameters", group: "Show" },
  { keys: ["e"], does: "expandAll", says: "open all namespaces", group: "Show" },
  { keys: ["c"], does: "collapseAll", says: "close all namespaces", group: "Show" },
  { keys: ["d"], does: "direction", says: "left to right, or top down", group: "Show" },
  { keys: ["f"], does: "fit", says: "fit, as far as the text can be read", group: "Look" },
  { keys: ["0"], does: "overview", says: "all of it, however small", group: "Look" },
  { keys: ["+", "="], shown: "+", does: "zoomIn", says: "nearer", group: "Look" },
  { keys: ["-"], shown: "−", does: "zoomOut", says: "farther", group: "Look" },
  { keys: ["i"], does: "panel", says: "panel", group: "Look" },
  { keys: ["?"], does: "help", says: "these keys", group: "Look" },
];

const byKey = new Map(KEYS.flatMap((entry) => entry.keys.map((key) => [key, entry.does])));
const OF_THE_GRAPH = new Set(["walk", "open", "shut"]);

export function followKeys(pane, commands) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const does = byKey.get(event.key);
    if (!does) return;
    const target = event.target;
    const typing = target.matches?.("input, textarea, select");
    if (typing && does !== "escape") return;
    if (OF_THE_GRAPH.has(does) && target !== pane && target !== document.body) return;
    event.preventDefault();
    commands[does](event.key);
  });
}
