// What the panel tells of a function, a dataset, a parameter, beyond what the graph shows.
import { html } from "./html.js";
import { Copy, Link, Rows, Section, Where } from "./parts.js";
import { Source } from "./source.js";
import { ago, bytes, count, many, visible } from "./text.js";

const datasetId = (name) => (name === "parameters" || name.startsWith("params:") ? `p:${name}` : `d:${name.split("@")[0]}`);

function Links({ title, ids, graph, actions }) {
  if (!ids?.length) return null;
  return html`<${Section} title=${title}>${ids.map((id) => html`<${Link} key=${id} id=${id} name=${id} graph=${graph} actions=${actions} />`)}</${Section}>`;
}

export function FunctionFacts({ facts, graph, actions }) {
  const inputs = facts.inputs.filter((name) => !datasetId(name).startsWith("p:")).map(datasetId);
  return html`
    ${facts.command && html`<${Section} title="Run it"><${Copy} text=${facts.command} /></${Section}>`}
    <${Links} title="Inputs" ids=${[...new Set(inputs)]} graph=${graph} actions=${actions} />
    <${Links} title="Outputs" ids=${[...new Set(facts.outputs.map(datasetId))]} graph=${graph} actions=${actions} />
    ${facts.parameters?.length > 0 && html`<${Section} title="Parameters">
      <${Rows} rows=${facts.parameters.map(({ name, value, where }) => [name.replace(/^params:/, ""), value ?? "null", where])} /></${Section}>`}
    ${facts.source && html`<${Section} title="Source">
      <p class="quiet"><code>${visible(facts.func ?? "")}</code> <${Where} where=${`${facts.source.file}:${facts.source.line}`} /></p>
      <${Source} text=${facts.source.text} first=${facts.source.line} /></${Section}>`}
  `;
}

export function DatasetFacts({ facts, graph, actions }) {
  const rows = [
    ["type", facts.type ?? "in memory", facts.where],
    ["path", facts.filepath],
    ["size", facts.size === null || facts.size === undefined ? null : bytes(facts.size)],
    ["changed", facts.modified === null || facts.modified === undefined ? null : ago(facts.modified)],
    ["rows", facts.rows === null || facts.rows === undefined ? null : count(facts.rows)],
  ];
  return html`
    <${Section} title="Data"><${Rows} rows=${rows} /></${Section}>
    <${Links} title="Made by" ids=${facts.producer ? [facts.producer] : []} graph=${graph} actions=${actions} />
    <${Links} title="Read by" ids=${facts.consumers} graph=${graph} actions=${actions} />
    ${facts.columns?.length > 0 && html`<${Section} title="Columns" number=${facts.columns.length}>
      <dl class="rows columns">${facts.columns.slice(0, 300).map(({ name, type }, i) => html`<div key=${i}><dt>${visible(String(name).slice(0, 300))}</dt>
        <dd><code>${visible(type)}</code></dd></div>`)}</dl>
      ${facts.columns.length > 300 && html`<p class="none">and ${many(facts.columns.length - 300, "more column", "more columns")}</p>`}</${Section}>`}
    ${facts.config?.length > 0 && html`<${Section} title="Configuration">
      <${Rows} rows=${facts.config.map(({ key, value, where }) => [key, value ?? "null", where])} /></${Section}>`}
  `;
}

export function ParameterFacts({ facts, graph, actions }) {
  return html`
    <${Section} title="Value"><pre class="text" tabindex="0">${visible(typeof facts.value === "string" ? facts.value : (JSON.stringify(facts.value, null, 2) ?? ""))}</pre>
      <${Where} where=${facts.where} /></${Section}>
    <${Links} title="Read by" ids=${facts.consumers} graph=${graph} actions=${actions} />
  `;
}
