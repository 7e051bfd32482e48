// What keys and buttons do that needs more than the store: the camera, the focus, the walk.
import { pathOfBox } from "./graph.js";
import { placeOf, step } from "./walk.js";

export function createCommands({ store, actions, view, slots, current }) {
  const get = store.get;
  const toGraph = () => slots.pane.focus({ preventScroll: true });
  const searchField = () => slots.toolbar.querySelector("input[type=search]");

  return {
    search() {
      searchField()?.focus();
      searchField()?.select();
    },
    walk(arrow) {
      if (!view.drawing) return;
      const { selected } = get();
      const from = placeOf(view.drawing, selected) ? selected : (current.places.get(selected) ?? null);
      const id = step(view.drawing, from, arrow, view.direction);
      if (!id) return;
      actions.select(id);
      view.bringIn(id);
    },
    open() {
      const { selected } = get();
      if (!selected) return;
      if (pathOfBox(selected) !== null) return actions.toggleBox(selected);
      if (!get().panel) actions.togglePanel();
      requestAnimationFrame(() => requestAnimationFrame(() => slots.panel.querySelector("h2")?.focus()));
    },
    shut: () => get().selected && actions.shutAround(get().selected),
    escape() {
      const { popover, selected, only, query } = get();
      const inGraph = document.activeElement === slots.pane || document.activeElement === document.body;
      if (popover || query) store.set({ popover: null, query: "" });
      else if (inGraph && selected) actions.select(null);
      else if (inGraph && only) actions.focus(null);
      toGraph();
    },
    only() {
      const { only, selected } = get();
      if (only) actions.focus(null);
      else if (selected) actions.focus(selected);
    },
    params: () => actions.toggleParams(),
    expandAll: () => actions.openAll(),
    collapseAll: () => actions.closeAll(),
    direction: () => actions.setDirection(get().shownDirection === "LR" ? "TB" : "LR"),
    fit: () => view.fit(),
    overview: () => view.overview(),
    zoomIn: () => view.camera.zoomAt(1.25),
    zoomOut: () => view.camera.zoomAt(0.8),
    panel: () => actions.togglePanel(),
    help: () => actions.open("keys"),
    toGraph,
  };
}
