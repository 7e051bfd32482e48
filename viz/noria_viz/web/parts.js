// Small pieces that the panel is made of.
import { html, Icon } from "./html.js";
import { visible, written } from "./text.js";

export const Section = ({ title, number, children }) => html`
  <section class="section"><h3>${title}${number !== undefined && html`<span class="number">${number}</span>`}</h3>${children}</section>`;

export function Link({ id, graph, actions, name }) {
  const element = graph.byId.get(id);
  if (!element) return html`<p class="plain">${visible(name ?? id)}</p>`;
  return html`<button type="button" class=${`go ${element.kind}`} onClick=${() => actions.reveal(id)}
    ><${Icon} name=${element.kind} /><${Name} name=${element.name} /></button>`;
}

// A long name keeps its last part: that is what tells it apart.
export function Name({ name }) {
  const cut = name.length > 400 ? -1 : name.lastIndexOf(".");
  const own = visible(name.slice(cut + 1, cut + 300));
  return html`<span class="name" title=${visible(name.slice(0, 400))}>
    ${cut > 0 && html`<span class="above">${visible(name.slice(0, cut + 1))}</span>`}<span class="own">${own}</span></span>`;
}

export const Where = ({ where }) => where && html`<code class="where" title="file and line">${visible(where)}</code>`;

export function Copy({ text }) {
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(button.previousElementSibling);
    }
    button.classList.add("done");
    button.querySelector(".said").textContent = "Copied";
    setTimeout(() => {
      button.classList.remove("done");
      button.querySelector(".said").textContent = "";
    }, 1600);
  };
  return html`<div class="copy"><code tabindex="0">${visible(text)}</code><button type="button" class="tool" aria-label="Copy the command" title="Copy" onClick=${copy}>
    <${Icon} name="copy" /><span class="said" role="status"></span></button></div>`;
}

// Where the clipboard is closed to scripts (a page from disk), the selection can still be copied.
function copyBySelection(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  document.execCommand("copy");
}

const Value = ({ value }) => {
  const text = written(value);
  return html`<span class=${text.includes("\n") ? "value long" : "value"}>${text}</span>`;
};

export const Rows = ({ rows }) => html`<dl class="rows">${rows.filter(([, value]) => value !== null && value !== undefined).map(
  ([key, value, where]) => html`<div key=${key}><dt>${visible(key)}</dt>
    <dd>${typeof value === "object" && value?.type !== undefined && value?.props ? value : html`<${Value} value=${value} />`}
    <${Where} where=${where} /></dd></div>`)}</dl>`;
