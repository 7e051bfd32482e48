// The panel when nothing is selected: the pipeline as a whole, and what the shapes mean.
import { html, Icon } from "./html.js";
import { Copy, Link, Section } from "./parts.js";
import { count, many, runCommand, visible } from "./text.js";

const MEANING = [
  ["function", "code that computes"],
  ["dataset", "data, on disk or in memory"],
  ["parameter", "a value from the configuration"],
  ["namespace", "a part; double-click opens it"],
];

export function Overview({ state, graph, actions, source }) {
  const { document } = state;
  const of = (kind) => document.elements.filter((element) => element.kind === kind);
  const role = (word) => of("dataset").filter((element) => element.role === word).map((element) => element.id);
  const label = document.pipelines.find((each) => each.name === document.pipeline)?.label ?? document.pipeline;
  const listed = (ids, title) => ids.length > 0 && html`
    <${Section} title=${title} number=${count(ids.length)}>${ids.slice(0, 12).map((id) => html`<${Link} key=${id} id=${id} graph=${graph} actions=${actions} />`)}
      ${ids.length > 12 && html`<p class="none">and ${count(ids.length - 12)} more</p>`}</${Section}>`;
  const namespaces = [...graph.boxes.keys()].filter((path) => !path.startsWith("~")).length;
  const amounts = [...["function", "dataset", "parameter"].map((kind) => [of(kind).length, kind]), [namespaces, "namespace"]];
  const command = runCommand(document);
  return html`
    <div class="heading pipeline">
      <p class="kind">pipeline</p>
      <h2 tabindex="-1"><bdi>${visible(label === "all" ? document.project : label)}</bdi></h2>
      <p class="quiet">${amounts.filter(([number]) => number).map(([number, word], i) => html`${i > 0 && ", "}<span class="together">${many(number, word)}</span>`)}</p>
    </div>
    ${!source.saved && of("function").length > 0 && html`<${Section} title="Run it"><${Copy} text=${command} /></${Section}>`}
    <${Section} title="Key"><ul class="legend">${MEANING.map(([kind, says]) => html`
      <li key=${kind} class=${kind}><span class="sample"><${Icon} name=${kind} /></span><span><strong>${kind}</strong> ${says}</span></li>`)}</ul></${Section}>
    ${listed(role("input"), "Comes in")}
    ${listed(role("output"), "Goes out")}
    <p class="none hint"><kbd>/</kbd> search <kbd>←</kbd> <kbd>→</kbd> walk <kbd>?</kbd> all keys</p>
  `;
}
