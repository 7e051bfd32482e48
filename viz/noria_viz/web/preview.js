// A look into a dataset, made when it is asked for.
import { html } from "./html.js";
import { Markdown } from "./markdown.js";
import { Section } from "./parts.js";
import { Plot } from "./plot.js";
import { count, many, visible } from "./text.js";

const MOST_COLUMNS = 200;
const MOST_LETTERS = 2000; // of a cell
const MOST_TEXT = 300_000;

export function Preview({ id, outcome, ask }) {
  if (!outcome) {
    return html`<${Section} title="Preview"><button type="button" class="button" onClick=${ask}>Show a preview</button></${Section}>`;
  }
  const { value, error } = outcome;
  return html`<${Section} title="Preview">
    ${!value && !error && html`<p class="none">Reading …</p>`}
    ${error && html`<p class="none">${visible(error)}</p>`}
    ${value && html`<${Shown} id=${id} value=${value} />`}
  </${Section}>`;
}

function Shown({ id, value }) {
  const Kind = { table: Table, image: Picture, plotly: Plot, json: Json, markdown: Rendered, text: Text }[value.kind];
  if (!Kind) return html`<p class="none">${visible(value.reason ?? "There is no preview of it.")}</p>`;
  return html`<${Kind} key=${id} ...${value} />`;
}

const cell = (value) =>
  value === null || value === undefined
    ? html`<span class="null">null</span>`
    : visible(typeof value === "object" ? JSON.stringify(value) : value).slice(0, MOST_LETTERS);

const isNumber = (value) => typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value));

function Table({ columns, rows, truncated, total }) {
  const shown = columns.slice(0, MOST_COLUMNS);
  const numeric = shown.map((_, i) => rows.length > 0 && rows.every((row) => row[i] === null || isNumber(row[i])));
  return html`
    <div class="table" tabindex="0" role="region" aria-label="First rows"><table>
      <thead><tr>${shown.map((name, i) => html`<th key=${i} class=${numeric[i] ? "right" : null} scope="col">${cell(typeof name === "object" && name ? name.name : name)}</th>`)}</tr></thead>
      <tbody>${rows.map((row, r) => html`<tr key=${r}>${shown.map((_, i) => html`<td key=${i} class=${numeric[i] ? "right" : null}>${cell(row[i])}</td>`)}</tr>`)}</tbody>
    </table></div>
    <p class="quiet">${said(rows.length, total, truncated)}${columns.length > MOST_COLUMNS ? `, the first ${MOST_COLUMNS} of ${count(columns.length)} columns` : ""}</p>
  `;
}

function said(rows, total, truncated) {
  if (rows === 0) return "no rows";
  if (total !== null && total !== undefined) return rows < total ? `the first ${count(rows)} of ${count(total)} rows` : `all ${many(rows, "row")}`;
  return `${truncated ? "the first" : "all"} ${many(rows, "row")}`;
}

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

// As a picture's source even an SVG runs no script.
function Picture({ mime, data }) {
  if (!PICTURES.has(mime)) return html`<p class="none">A picture of type ${visible(mime)} is not shown.</p>`;
  return html`<img class="picture" alt="what the dataset holds" src=${`data:${mime};base64,${data}`} />`;
}

const Text = ({ text }) => html`<pre class="text" tabindex="0">${visible(text.slice(0, MOST_TEXT))}</pre>`;

function Json({ text }) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // cut short, or never JSON: shown as it is
  }
  return html`<${Text} text=${shown} />`;
}

const Rendered = ({ text }) => html`<div class="rendered" tabindex="0"><${Markdown} text=${text} /></div>`;

