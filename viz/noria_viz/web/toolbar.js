// The bar on top: which pipeline, search, filters, and how the graph is looked at.
import { collapsedNow } from "./actions.js";
import { allBoxes, outermostBoxes } from "./graph.js";
import { html, Icon } from "./html.js";
import { KEYS } from "./keys.js";
import { Name } from "./parts.js";
import { search } from "./search.js";
import { count, visible } from "./text.js";

export function Toolbar(shared) {
  const { state, graph } = shared;
  return html`
    <div class="brand">
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="9" /><circle
        class="hub" cx="16" cy="16" r="2.2" /><path d="M16 2.5v6M16 23.5v6M2.5 16h6M23.5 16h6M6.5 6.5l4.2
        4.2M21.3 21.3l4.2 4.2M25.5 6.5l-4.2 4.2M10.7 21.3l-4.2 4.2" /></svg>
      <h1 title=${visible(state.document?.project ?? "")}>${visible(state.document?.project ?? "Noria")}</h1>
      ${state.document?.env && html`<span class="env" title="environment">${state.document.env}</span>`}
    </div>
    <${Pipelines} ...${shared} />
    <${Search} ...${shared} />
    ${graph && html`<${Filters} ...${shared} />`}
    <div class="spacer"></div>
    ${graph && html`<${Looks} ...${shared} />`}
    ${state.popover === "keys" && html`<${Help} ...${shared} />`}
  `;
}

function Pipelines({ state, actions, source }) {
  const pipelines = state.document?.pipelines ?? [];
  if (pipelines.length < 2 || source.saved) return null;
  return html`
    <label class="select">
      <select aria-label="Pipeline" value=${state.pipeline} onChange=${(event) => actions.setPipeline(event.target.value)}>
        ${pipelines.map(
          ({ name, label, nodes, problem }) => html`
            <option key=${name} value=${name} selected=${name === state.pipeline} disabled=${Boolean(problem)}>
              ${visible(label)}${nodes === null || nodes === undefined ? "" : ` · ${nodes}`}
            </option>`,
        )}
      </select>
      <${Icon} name="chevron" />
    </label>
  `;
}

function Search({ state, actions, commands, graph }) {
  const open = state.popover === "search" && graph;
  const found = open ? search(graph, state.query) : [];
  const chosen = found[state.choice];
  const onKeyDown = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") actions.choose(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && chosen) {
      actions.reveal(chosen.id);
      commands.toGraph();
    } else return;
    event.preventDefault();
  };
  return html`
    <div class="search">
      <${Icon} name="search" />
      <input type="search" placeholder="Search" aria-label="Search functions, datasets, parameters, namespaces"
        role="combobox" aria-expanded=${open ? "true" : "false"} aria-controls="found" aria-autocomplete="list"
        aria-activedescendant=${chosen ? `found-${state.choice}` : null}
        autocomplete="off" spellcheck=${false} value=${state.query}
        onInput=${(event) => actions.find(event.target.value)} onKeyDown=${onKeyDown} />
      ${!state.query && html`<kbd aria-hidden="true">/</kbd>`}
      <div id="found" class="popover found" role="listbox" aria-label="Found" hidden=${!open}>
        ${found.map(
          (each, i) => html`
            <div key=${each.id} id=${`found-${i}`} role="option" aria-selected=${i === state.choice ? "true" : "false"}
              class=${`hit ${each.kind}`} onPointerDown=${(event) => event.preventDefault()}
              onClick=${() => { actions.reveal(each.id); commands.toGraph(); }}>
              <${Icon} name=${each.kind} /><${Name} name=${each.name} />
            </div>`,
        )}
        ${open && !found.length && html`<p class="none">Nothing by that name.</p>`}
        ${found.more > 0 && html`<p class="none">and ${count(found.more)} more</p>`}
      </div>
    </div>
  `;
}

const KINDS = [["function", "Functions"], ["dataset", "Datasets"], ["parameter", "Parameters"]];

function Filters({ state, actions, graph, offers }) {
  const tags = tagsOf(graph);
  const shows = (kind) => (state.kinds.length ? state.kinds.includes(kind) : kind !== "parameter") || (kind === "parameter" && state.params);
  const active = state.tags.length + (state.kinds.length ? 1 : 0) + (state.params ? 1 : 0);
  const amount = (kind) => graph.document.elements.filter((element) => element.kind === kind).length;
  const open = state.popover === "filters";
  return html`
    <div class="filters">
      <button type="button" class="button" aria-expanded=${open ? "true" : "false"} onClick=${() => actions.open("filters")}>
        <${Icon} name="filter" /><span class="word">Filter</span>${active > 0 && html`<span class="badge">${active}</span>`}
      </button>
      ${open && html`
        <div class="popover sheet" role="group" aria-label="Filters">
          <h3>Kinds</h3>
          ${KINDS.map(([kind, word]) => html`
            <label key=${kind} class=${`choice ${kind}`}>
              <input type="checkbox" checked=${shows(kind)} onChange=${() => actions.toggleKind(kind)}
                disabled=${kind === "parameter" ? !offers({ params: !state.params, kinds: [] }) : !offers({ kinds: ["function"] })} />
              <${Icon} name=${kind} /><span>${word}</span><span class="number">${count(amount(kind))}</span>
            </label>`)}
          ${tags.length > 0 && offers({ tags: [tags[0][0]] }) && html`
            <h3>Tags</h3>
            <div class="tags">${tags.map(([tag, number]) => html`
              <label key=${tag} class="choice">
                <input type="checkbox" checked=${state.tags.includes(tag)} onChange=${() => actions.toggleTag(tag)} />
                <span class="tag-name">${visible(tag.slice(0, 200))}</span><span class="number">${count(number)}</span>
              </label>`)}</div>`}
          ${active > 0 && html`<button type="button" class="link" onClick=${actions.clearFilters}>Show as at first</button>`}
        </div>`}
    </div>
  `;
}

function tagsOf(graph) {
  const counts = new Map();
  for (const element of graph.document.elements) {
    if (element.kind !== "function") continue;
    for (const tag of element.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).slice(0, 200);
}

function Looks({ state, actions, commands, graph, offers }) {
  const closed = collapsedNow(state);
  const boxes = allBoxes(graph).length > 0;
  const outer = boxes ? outermostBoxes(graph) : [];
  const Tool = ({ icon, label, does, pressed, disabled, name = "" }) => html`
    <button type="button" class=${`tool ${name}`} aria-label=${label} title=${label} onClick=${does}
      aria-pressed=${pressed === undefined ? null : String(pressed)} disabled=${disabled}><${Icon} name=${icon} /></button>`;
  return html`
    ${boxes && html`<div class="tools">
      ${Tool({ icon: "expand", label: "Open all namespaces (e)", does: actions.openAll, disabled: !closed.length || !offers({ collapsed: [] }) })}
      ${Tool({ icon: "collapse", label: "Close all namespaces (c)", does: actions.closeAll,
        disabled: outer.every((path) => closed.includes(path)) || !offers({ collapsed: outer }) })}
    </div>`}
    <div class="tools" role="group" aria-label="Direction">
      ${Tool({ icon: "right", label: "Left to right (d)", pressed: state.shownDirection === "LR",
        does: () => actions.setDirection("LR"), disabled: !offers({ direction: "LR" }) })}
      ${Tool({ icon: "down", label: "Top down (d)", pressed: state.shownDirection === "TB",
        does: () => actions.setDirection("TB"), disabled: !offers({ direction: "TB" }) })}
    </div>
    <div class="tools zoom">
      ${Tool({ icon: "minus", label: "Farther (−)", name: "farther", does: commands.zoomOut })}
      <button type="button" class="tool percent" title="All of it, however small (0)" onClick=${commands.overview}>
        ${Math.round((state.scale ?? 1) * 100)}%</button>
      ${Tool({ icon: "plus", label: "Nearer (+)", name: "nearer", does: commands.zoomIn })}
      ${Tool({ icon: "fit", label: "Fit, as far as text can be read (f)", does: commands.fit })}
    </div>
    <div class="tools help-and-panel">
      ${Tool({ icon: "keys", label: "Keys (?)", name: "keys", does: commands.help })}
      ${Tool({ icon: "panel", label: "Panel (i)", pressed: state.panel, does: actions.togglePanel })}
    </div>
  `;
}

function Help({ actions }) {
  const groups = [...new Set(KEYS.map((entry) => entry.group))];
  return html`
    <div class="veil" onClick=${() => actions.open("keys")}></div>
    <div class="help" role="dialog" aria-modal="true" aria-label="Keys">
      <header><h2 tabindex="-1" ref=${(node) => node?.focus()}>Keys</h2>
        <button type="button" class="tool" aria-label="Close" onClick=${() => actions.open("keys")}><${Icon} name="close" /></button></header>
      <div class="columns">${groups.map((group) => html`
        <section key=${group}><h3>${group}</h3><dl>${KEYS.filter((entry) => entry.group === group).map((entry) => html`
          <div key=${entry.does}><dt><kbd>${entry.shown ?? entry.keys[0]}</kbd></dt><dd>${entry.says}</dd></div>`)}</dl></section>`)}
      </div>
      <p class="none">Drag to move, turn the wheel to zoom, hover an edge to see its ends, click it to go to the far one.</p>
    </div>
  `;
}
