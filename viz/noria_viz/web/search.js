// Finds elements and boxes by what a reader types: all words, anywhere in the name, best first.
import { allBoxes, boxId } from "./graph.js";

const MOST = 40;

export function search(graph, query) {
  const words = query.toLowerCase().split(/[\s]+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const element of graph.byId.values()) {
    const rank = rankOf(element.name, element.label, words);
    if (rank !== null) found.push({ rank, id: element.id, kind: element.kind, name: element.name });
  }
  for (const path of allBoxes(graph)) {
    const rank = rankOf(path, path.slice(path.lastIndexOf(".") + 1), words);
    if (rank !== null) found.push({ rank, id: boxId(path), kind: "namespace", name: path });
  }
  found.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return Object.assign(found.slice(0, MOST), { more: Math.max(0, found.length - MOST) });
}

function rankOf(name, label, words) {
  const whole = name.slice(0, 2000).toLowerCase();
  const short = label.toLowerCase();
  let rank = 0;
  for (const word of words) {
    if (!whole.includes(word)) return null;
    if (short === word) rank += 0;
    else if (short.startsWith(word)) rank += 1;
    else if (new RegExp(`(^|[._:\\s-])${escaped(word)}`).test(whole)) rank += 2;
    else rank += 3;
  }
  return rank;
}

const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
