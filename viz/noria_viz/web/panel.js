// The panel beside the graph: what is selected, or the pipeline as a whole.
import { boxId, lineage, membersOf, pathOfBox, pathsOf } from "./graph.js";
import { html, Icon } from "./html.js";
import { DatasetFacts, FunctionFacts, ParameterFacts } from "./facts.js";
import { Overview } from "./overview.js";
import { Copy, Link, Section } from "./parts.js";
import { Preview } from "./preview.js";
import { count, many, runCommand, visible } from "./text.js";

export function Panel(shared) {
  const { state, graph } = shared;
  if (!graph || !state.panel) return null;
  const id = state.selected;
  if (graph.byId.has(id)) return html`<${AboutElement} key=${id} element=${graph.byId.get(id)} ...${shared} />`;
  const path = pathOfBox(id);
  if (path !== null && graph.boxes.has(path)) return html`<${AboutBox} key=${id} path=${path} ...${shared} />`;
  return html`<${Overview} ...${shared} />`;
}

function Heading({ kind, word = kind, label, name, path, element, shared }) {
  const { state, actions, graph, places, offers, source } = shared;
  const id = element?.id ?? boxId(path);
  const drawn = element ? places.get(id) === id : true;
  const above = element ? pathsOf(element) : [];
  return html`
    <div class=${`heading ${kind}`}>
      <p class="kind"><${Icon} name=${kind === "namespace" ? "collapse" : kind} />${word}
        ${element?.status && html`<span class="status">${visible(element.status)}</span>`}</p>
      <h2 tabindex="-1"><bdi>${visible(label)}</bdi></h2>
      ${name !== label && html`<p class="whole"><bdi>${visible(name)}</bdi></p>`}
      ${above.length > 0 && html`<p class="crumbs">in ${above.map((each, i) => html`${i > 0 && " › "}
        <button type="button" class="link" key=${each} onClick=${() => actions.select(boxId(each))}>${visible(lastName(each))}</button>`)}</p>`}
      <p class="deeds">
        ${!drawn && graph.byId.has(id) && places.has(id) && html`
          <button type="button" class="button" onClick=${() => actions.reveal(id)}><${Icon} name="expand" />Show in the graph</button>`}
        ${!source.saved && (state.only === id
          ? html`<button type="button" class="button" onClick=${() => actions.focus(null)}><${Icon} name="focus" />Show all</button>`
          : html`<button type="button" class="button" onClick=${() => actions.focus(id)}><${Icon} name="focus" />Only its lineage</button>`)}
      </p>
      ${element && !places.has(id) && state.drawing === "ready" && html`<p class="none">Not drawn: ${element.kind === "parameter" && !state.params
        ? "parameters are folded." : "a filter leaves it out."}</p>`}
    </div>
  `;
}

const lastName = (path) => path.slice(path.lastIndexOf(".") + 1) || path;

function AboutElement({ element, ...shared }) {
  const { state, graph, source, actions } = shared;
  const detail = state.details[element.id];
  const facts = detail?.value;
  const Facts = { function: FunctionFacts, dataset: DatasetFacts, parameter: ParameterFacts }[element.kind];
  const { upstream, downstream } = lineage(graph, [element.id]);
  return html`
    <${Heading} kind=${element.kind} label=${element.label} name=${element.name} element=${element} shared=${shared} />
    ${detail?.error && html`<p class="none">${visible(detail.error)}</p>`}
    ${detail && !facts && !detail.error && html`<p class="none">Reading …</p>`}
    ${element.kind === "dataset" && source.preview && facts?.can_preview !== false && html`
      <${Preview} id=${element.id} outcome=${state.previews[element.id]} ask=${() => actions.preview(element.id)} />`}
    ${facts && html`<${Facts} facts=${facts} element=${element} ...${shared} />`}
    ${!facts && html`<${Neighbours} element=${element} ...${shared} />`}
    ${element.tags.length > 0 && html`<${Section} title="Tags"><p class="chips">${element.tags.map(
      (tag) => html`<span class="chip" key=${tag}>${visible(tag)}</span>`)}</p></${Section}>`}
    <${Section} title="Lineage"><p class="quiet">${many(upstream.size - 1, "element")} before it, ${count(downstream.size - 1)} after it</p></${Section}>
  `;
}

// What the document alone tells, while more is on its way or where there is no more.
function Neighbours({ element, graph, actions }) {
  const listed = (ids, title) => ids.length > 0 && html`
    <${Section} title=${title}>${ids.map((id) => html`<${Link} key=${id} id=${id} graph=${graph} actions=${actions} />`)}</${Section}>`;
  return html`${listed(graph.up.get(element.id), "From")}${listed(graph.down.get(element.id), "To")}`;
}

function AboutBox({ path, ...shared }) {
  const { state, graph, actions } = shared;
  const members = membersOf(graph, boxId(path)).map((id) => graph.byId.get(id));
  const functions = members.filter((element) => element.kind === "function");
  const closed = (state.collapsed ?? state.document.collapsed).includes(path);
  const namespace = path.replace(/^~[^.]*\.?/, "");
  const command = namespace ? runCommand(state.document, "--namespaces", namespace) : null;
  const within = new Set(members.map((element) => element.id));
  const crossing = (next) => [...new Set(members.flatMap((element) => next.get(element.id)).filter((id) => !within.has(id)))];
  const listed = (ids, title) => ids.length > 0 && html`
    <${Section} title=${title} number=${ids.length}>${ids.slice(0, 60).map((id) => html`<${Link} key=${id} id=${id} graph=${graph} actions=${actions} />`)}
      ${ids.length > 60 && html`<p class="none">and ${count(ids.length - 60)} more</p>`}</${Section}>`;
  return html`
    <${Heading} kind="namespace" word=${namespace ? "namespace" : "group"} label=${graph.titles.get(path) ?? lastName(path)} name=${graph.titles.get(path) ?? path} path=${path} shared=${shared} />
    <p class="deeds"><button type="button" class="button" onClick=${() => actions.toggleBox(boxId(path))}>
      <${Icon} name=${closed ? "expand" : "collapse"} />${closed ? "Open" : "Close"}</button></p>
    <p class="quiet">${many(functions.length, "function")}, ${many(members.filter((e) => e.kind === "dataset").length, "dataset")}</p>
    ${command && html`<${Section} title="Run it"><${Copy} text=${command} /></${Section}>`}
    ${listed(crossing(graph.up), "Takes")}
    ${listed(crossing(graph.down), "Gives to")}
    ${listed(functions.map((element) => element.id), "Functions")}
  `;
}
