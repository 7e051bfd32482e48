// Puts the page together: store, source, graph, toolbar, panel, and what each change leads to.
import { collapsedNow, createActions, wantedView } from "./actions.js";
import { readAddress, writeAddress } from "./address.js";
import { openSource } from "./api.js";
import { createCommands } from "./commands.js";
import { boxId } from "./graph.js";
import { createGraphView } from "./graph-view.js";
import { html, render } from "./html.js";
import { followKeys } from "./keys.js";
import { createLayouter } from "./layout.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { createShowing } from "./showing.js";
import { createStore } from "./state.js";
import { Toolbar } from "./toolbar.js";

const source = openSource();
const layouter = createLayouter();
if (!source.saved) layouter.warm();
const asked = readAddress(location.hash);
const store = createStore(asked);
const current = { graph: null, scene: null, places: new Map(), bringIn: (id) => showing.bringIn(id) };
const actions = createActions(store, source, current);

const app = document.getElementById("app");
const slot = (name, tag) => app.appendChild(Object.assign(document.createElement(tag), { className: name }));
const slots = {
  toolbar: slot("toolbar", "header"),
  notices: slot("notices", "div"),
  pane: slot("pane", "main").appendChild(document.createElement("div")),
  panel: slot("panel", "aside"),
  spoken: slot("spoken", "div"),
};
slots.pane.parentElement.className = "stage";
slots.pane.className = "pane";
slots.pane.tabIndex = 0;
slots.pane.setAttribute("role", "application");
slots.pane.setAttribute("aria-label", "Graph of the pipeline; arrow keys walk along its edges");
slots.panel.setAttribute("aria-label", "About the selection");
slots.spoken.setAttribute("role", "status");

const view = createGraphView(slots.pane, {
  selected: (id) => {
    actions.select(id);
    commands.toGraph();
  },
  toggled: (id) => actions.toggleBox(id),
  moved: (place) => store.set({ at: view.camera.auto ? null : place, scale: place.k }),
});
const commands = createCommands({ store, actions, view, slots, current });
const showing = createShowing({ store, source, layouter, view, current });
followKeys(slots.pane, commands);
new ResizeObserver(() => view.resized()).observe(slots.pane);

const offers = (patch) => {
  const state = { ...store.get(), ...patch };
  const direction = state.direction ?? state.shownDirection;
  return Boolean(current.graph) && source.offers(wantedView(state, current.graph, direction));
};
const reload = () => showing.load(store.get().pipeline, { keep: [store.get().selected] });

function paint() {
  const state = store.get();
  const shared = { state, actions, commands, source, offers, reload, graph: current.graph, places: current.places };
  app.classList.toggle("without-panel", !state.panel);
  slots.pane.dataset.drawing = state.drawing;
  render(html`<${Toolbar} ...${shared} />`, slots.toolbar);
  render(html`<${Notices} ...${shared} />`, slots.notices);
  render(html`<${Panel} ...${shared} />`, slots.panel);
}

let painting = 0;
store.subscribe((state, before) => {
  painting ||= requestAnimationFrame(() => {
    painting = 0;
    paint();
  });
  if (state.document) rememberInAddress(state, before);
  if (state.document && state.document === before.document) react(state, before);
});

function react(state, before) {
  const differs = (...keys) => keys.some((key) => state[key] !== before[key]);
  if (differs("pipeline")) return showing.load(state.pipeline);
  if (differs("direction", "only")) showing.redraw();
  else if (differs("collapsed", "params", "kinds", "tags"))
    showing.redraw({ keep: [changedBox(state, before), state.selected] });
  else if (differs("selected")) showing.light();
  if (differs("selected")) about(state.selected);
}

// The one box that a change opened or closed: it stays where it is.
function changedBox(state, before) {
  const now = new Set(collapsedNow(state));
  const then = new Set(collapsedNow(before));
  const opened = [...then].filter((path) => !now.has(path));
  const closed = [...now].filter((path) => !then.has(path));
  if (opened.length === 1) return boxId(opened[0]);
  return closed.length === 1 ? boxId(closed[0]) : null;
}

function about(id) {
  const state = store.get();
  const element = current.graph.byId.get(id);
  slots.spoken.textContent = element ? `${element.kind} ${element.label}` : "";
  if (!element) return;
  if (!state.details[id]) actions.detail(id);
  if (state.previewing && source.preview && element.kind === "dataset" && !state.previews[id]) actions.preview(id);
}

// A selection is a step that Back undoes; where the camera stands is not.
function rememberInAddress(state, before) {
  const hash = writeAddress(state);
  if (hash === location.hash) return;
  const step = before.document && (state.selected !== before.selected || state.pipeline !== before.pipeline);
  const here = location.pathname + location.search;
  history[step ? "pushState" : "replaceState"](null, "", hash || here);
}
function followAddress() {
  const said = readAddress(location.hash);
  store.set({ ...said, pipeline: said.pipeline ?? store.get().document?.pipeline });
  if (said.at) view.camera.lookAt(said.at);
}
addEventListener("popstate", followAddress);

// With a problem the graph is the last good one, and its revision only goes on.
const drawnBy = (revision) => revision.split("-")[0];

source.follow({
  graph({ revision, pipeline, problem = null }) {
    const { document: document_ } = store.get();
    if (document_ && (pipeline ?? document_.pipeline) === document_.pipeline)
      store.set({ problem, offered: drawnBy(revision) === drawnBy(document_.revision) ? null : revision });
  },
  details() {
    const { selected, details, previews } = store.get();
    const shown = (all) => (all[selected] ? { [selected]: all[selected] } : {});
    store.set({ details: shown(details), previews: shown(previews) }); // until they are read anew
    if (details[selected]) actions.detail(selected);
    if (previews[selected]) actions.preview(selected);
  },
  lost: () => store.set({ lost: true }),
  back: () => store.set({ lost: false }),
});

paint();
view.resized();
showing.load(asked.pipeline, { at: asked.at }).then(() => {
  const { document: document_, selected } = store.get();
  if (document_) document.title = `${document_.project} · Noria`;
  if (selected && current.graph) about(selected);
  performance.mark("noria-drawn");
});
