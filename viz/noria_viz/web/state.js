// The one store of the page. Views subscribe; only actions.js writes.

export const AT_FIRST = {
  document: null,
  problem: null,
  offered: null, // revision of a newer graph that the reader was not shown yet
  lost: false, // the server stopped answering
  notice: null, // one line that the page has to say
  // what is looked at: these are in the address
  pipeline: null,
  collapsed: null, // null: as the document says
  params: false,
  direction: null, // null: whichever shows more
  kinds: [],
  tags: [],
  only: null, // an element whose lineage alone is shown
  selected: null,
  panel: true,
  at: null, // where the camera stands: {x, y, k} in the graph's own units
  // what is drawn
  scene: null,
  layout: null,
  shownDirection: "LR",
  drawing: "loading", // "loading" | "ready" | "failed"
  scale: 1,
  // what is open
  popover: null, // "search" | "pipelines" | "filters" | "keys"
  query: "",
  choice: 0,
  details: {}, // id -> {value} | {error} | {}
  previews: {},
  previewing: false, // a preview was asked for once: from then on they come by themselves
};

export function createStore(initial = {}) {
  let state = { ...AT_FIRST, ...initial };
  const listeners = new Set();
  return {
    get: () => state,
    set(patch) {
      const before = state;
      const changed = Object.keys(patch).some((key) => patch[key] !== before[key]);
      if (!changed) return;
      state = { ...before, ...patch };
      for (const listener of listeners) listener(state, before);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

// Facts that come in later about elements already shown (a run's progress): merged by id.
export function withStatus(document, statusById) {
  const elements = document.elements.map((element) =>
    Object.hasOwn(statusById, element.id) ? { ...element, status: statusById[element.id] } : element,
  );
  return { ...document, elements };
}
