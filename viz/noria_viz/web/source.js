// Source text with line numbers and the lightest colouring of Python: enough to find one's way.
import { html } from "./html.js";
import { visible } from "./text.js";

const MOST = 1500; // lines
const WORDS = new Set(
  ("and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield match case None True False").split(" "),
);
const TOKEN =
  /(#[^\n]*)|([rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))|(@[\w.]+)|(\b\d[\w.]*)|([A-Za-z_]\w*)/g;

export function tokens(text) {
  const found = [];
  let last = 0;
  let afterDef = false;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, comment, string, decorator, number, word] = match;
    const kind = comment ? "comment" : string ? "string" : decorator ? "decorator" : number ? "number"
      : WORDS.has(word) ? "word" : afterDef ? "name" : null;
    afterDef = word === "def" || word === "class";
    if (!kind) continue;
    if (match.index > last) found.push([null, text.slice(last, match.index)]);
    found.push([kind, whole]);
    last = match.index + whole.length;
  }
  if (last < text.length) found.push([null, text.slice(last)]);
  return found;
}

function lines(text) {
  const rows = [[]];
  for (const [kind, part] of tokens(text)) {
    part.split("\n").forEach((piece, i) => {
      if (i) rows.push([]);
      if (piece) rows.at(-1).push([kind, piece]);
    });
  }
  return rows;
}

export function Source({ text, first }) {
  const rows = lines(text.replace(/\n$/, "").slice(0, 200_000));
  return html`<div class="source" role="region" aria-label="Source" tabindex="0"><table><tbody>${rows.slice(0, MOST).map(
    (row, i) => html`<tr key=${i}><td class="line" data-line=${first + i}></td><td class="code">${row.map(([kind, part]) =>
      kind ? html`<span class=${`t-${kind}`}>${visible(part)}</span>` : visible(part))}</td></tr>`)}</tbody></table>
    ${rows.length > MOST && html`<p class="none">${rows.length - MOST} more lines</p>`}</div>`;
}
