// What the page has to say above the graph: code that does not import, a newer graph, a lost server.
import { html, Icon } from "./html.js";
import { visible } from "./text.js";

export function Notices({ state, actions, reload }) {
  const { problem, offered, notice, lost, drawing, only, tags, document } = state;
  const empty = drawing === "ready" && state.scene?.nodes.length === 0;
  return html`
    ${problem && html`
      <div class="notice problem" role="alert"><${Icon} name="warning" />
        <div>
          <strong>The project's code does not import.</strong>
          <pre>${visible(problem.message)}</pre>
          ${problem.where && html`<code class="where">${visible(problem.where)}</code>`}
          ${problem.hint && html`<p>${visible(problem.hint)}</p>`}
          ${document?.elements.length > 0 && html`<p>Below is the last graph that could be read.</p>`}
        </div>
      </div>`}
    ${offered && html`
      <div class="notice offer" role="status"><div>The pipeline changed.</div>
        <button type="button" class="button strong" onClick=${reload}>Show the new graph</button></div>`}
    ${lost && html`<div class="notice" role="status"><div>Not connected: <code>noria viz</code> does not answer.</div></div>`}
    ${notice && html`<div class="notice problem" role="alert"><${Icon} name="warning" /><div>${visible(notice)}</div></div>`}
    ${only && drawing === "ready" && html`
      <div class="notice" role="status"><div>Only the lineage of <strong>${visible(shortName(only))}</strong></div>
        <button type="button" class="button" onClick=${() => actions.focus(null)}>Show all</button></div>`}
    ${empty && !problem && html`<div class="notice" role="status"><div>
      ${state.kinds.length || tags.length || only ? "Nothing passes the filter." : "This pipeline has no nodes yet."}</div>
      ${(tags.length > 0 || state.kinds.length > 0) && html`<button type="button" class="button" onClick=${actions.clearFilters}>Show all</button>`}
    </div>`}
  `;
}

const shortName = (id) => id.slice(2, 120);
