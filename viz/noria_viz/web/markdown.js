// A small Markdown: headings, paragraphs, lists, code, quotes, tables, emphasis. It builds nodes, so
// HTML in it is text. Links are shown with their address and lead nowhere; pictures are not fetched.
import { html } from "./html.js";
import { visible } from "./text.js";

export function Markdown({ text }) {
  return html`<div class="markdown">${blocks(text.slice(0, 200_000).replace(/\r\n?/g, "\n").split("\n"))}</div>`;
}

function blocks(lines) {
  const made = [];
  let i = 0;
  const take = (test) => {
    const from = i;
    while (i < lines.length && test(lines[i])) i += 1;
    return lines.slice(from, i);
  };
  while (i < lines.length) {
    const line = lines[i];
    const heading = /^(#{1,6})\s+(.*?)#*\s*$/.exec(line);
    const fence = /^\s*(```|~~~)/.exec(line);
    if (!line.trim()) i += 1;
    else if (fence) {
      i += 1;
      const body = take((each) => !each.trim().startsWith(fence[1]));
      i += 1;
      made.push(html`<pre class="text">${visible(body.join("\n"))}</pre>`);
    } else if (heading) {
      i += 1;
      made.push(html`<p class=${`md-h md-h${heading[1].length}`} role="heading" aria-level=${Math.min(6, heading[1].length + 3)}>${inline(heading[2])}</p>`);
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      i += 1;
      made.push(html`<hr />`);
    } else if (/^\s*>/.test(line)) {
      made.push(html`<blockquote>${inline(take((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*>\s?/, "")).join(" "))}</blockquote>`);
    } else if (/^\s*[-*+]\s+/.test(line)) {
      made.push(html`<ul>${take((each) => /^\s*[-*+]\s+/.test(each)).map((each) => html`<li>${inline(each.replace(/^\s*[-*+]\s+/, ""))}</li>`)}</ul>`);
    } else if (/^\s*\d+[.)]\s+/.test(line)) {
      made.push(html`<ol>${take((each) => /^\s*\d+[.)]\s+/.test(each)).map((each) => html`<li>${inline(each.replace(/^\s*\d+[.)]\s+/, ""))}</li>`)}</ol>`);
    } else if (line.includes("|") && /^\s*\|?\s*:?-+/.test(lines[i + 1] ?? "")) made.push(table(take((each) => each.includes("|"))));
    else {
      const from = i;
      i += 1;
      take((each) => each.trim() && !/^\s*(#{1,6}\s|```|~~~|>|[-*+]\s|\d+[.)]\s)/.test(each));
      made.push(html`<p>${inline(lines.slice(from, i).join(" "))}</p>`);
    }
  }
  return made;
}

function table(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").slice(0, 60);
  const [head, , ...body] = rows;
  return html`<div class="table" tabindex="0"><table><thead><tr>${cells(head).map((cell) => html`<th>${inline(cell.trim())}</th>`)}</tr></thead>
    <tbody>${body.slice(0, 500).map((row) => html`<tr>${cells(row).map((cell) => html`<td>${inline(cell.trim())}</td>`)}</tr>`)}</tbody></table></div>`;
}

const INLINE = /(`+)([^`]+?)\1|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)/;

function inline(text) {
  const made = [];
  let rest = text;
  for (let match = INLINE.exec(rest); match && made.length < 2000; match = INLINE.exec(rest)) {
    if (match.index) made.push(visible(rest.slice(0, match.index)));
    const [whole, , code, strong, strong2, em, label, address] = match;
    if (code !== undefined) made.push(html`<code>${visible(code)}</code>`);
    else if (strong ?? strong2) made.push(html`<strong>${visible(strong ?? strong2)}</strong>`);
    else if (em !== undefined) made.push(html`<em>${visible(em)}</em>`);
    else made.push(html`<span class="md-link">${visible(label)} <span class="quiet">(${visible(address)})</span></span>`);
    rest = rest.slice(match.index + whole.length);
  }
  if (rest) made.push(visible(rest));
  return made;
}
