// Everything a reader can do to the page: each action is one change of the store.
import { allBoxes, boxId, lineage, membersOf, outermostBoxes, pathOfBox, pathsOf, revealed, toggled } from "./graph.js";
import { search } from "./search.js";

const LONGEST_ASKED = 8000;

export const collapsedNow = (state) => state.collapsed ?? state.document?.collapsed ?? [];

export function createActions(store, source, current) {
  const get = store.get;
  const set = (patch) => store.set(patch);

  return {
    select: (id) => set({ selected: id, popover: null }),
    toggleBox: (id) => set({ collapsed: toggled(current.graph, collapsedNow(get()), pathOfBox(id)) }),
    openAll: () => set({ collapsed: [] }),
    closeAll: () => set({ collapsed: outermostBoxes(current.graph) }),
    setPipeline: (pipeline) =>
      set({ pipeline, collapsed: null, only: null, selected: null, tags: [], at: null, popover: null }),
    setDirection: (direction) => set({ direction }),
    toggleParams: () => set({ params: !get().params }),
    toggleKind(kind) {
      const all = ["function", "dataset", "parameter"];
      const { kinds, params } = get();
      const shown = kinds.length ? kinds : all.filter((each) => each !== "parameter" || params);
      const next = shown.includes(kind) ? shown.filter((each) => each !== kind) : [...shown, kind];
      const params_ = next.includes("parameter");
      const plain = next.includes("function") && next.includes("dataset");
      if (next.length) set({ kinds: plain ? [] : all.filter((each) => next.includes(each)), params: params_ });
    },
    toggleTag(tag) {
      const { tags } = get();
      set({ tags: tags.includes(tag) ? tags.filter((each) => each !== tag) : [...tags, tag] });
    },
    clearFilters: () => set({ tags: [], kinds: [], params: false, only: null }),
    focus: (id) => set({ only: id, popover: null }),
    open: (popover) => set({ popover: get().popover === popover ? null : popover }),
    togglePanel: () => set({ panel: !get().panel }),
    find: (query) => set({ query, choice: 0, popover: query ? "search" : null }),
    choose(step) {
      const { query, choice } = get();
      const length = search(current.graph, query).length;
      if (length) set({ choice: (choice + step + length) % length });
    },
    // Selects something and opens whatever it lies in.
    reveal(id) {
      const state = get();
      const known = pathOfBox(id) === null ? current.graph.byId.has(id) : current.graph.boxes.has(pathOfBox(id));
      if (!known) return;
      const before = collapsedNow(state);
      const collapsed = revealed(current.graph, before, id);
      const same = collapsed.length === before.length;
      set({ selected: id, popover: null, query: "", ...(same ? {} : { collapsed }) });
      current.bringIn(id);
    },
    shutAround(id) {
      const path = pathOfBox(id);
      const element = current.graph.byId.get(id);
      const paths = element ? pathsOf(element) : path ? [path] : [];
      const collapsed = collapsedNow(get());
      const shut = paths.filter((each) => !collapsed.includes(each)).at(-1);
      const covered = paths.some((each) => collapsed.includes(each));
      if (shut && !covered) set({ collapsed: [...collapsed, shut], selected: boxId(shut) });
    },
    async preview(id) {
      set({ previews: { [id]: {}, ...get().previews }, previewing: true });
      let outcome;
      try {
        outcome = { value: await source.preview(id, get().pipeline) };
      } catch (error) {
        outcome = { error: error.message };
      }
      set({ previews: { ...get().previews, [id]: outcome } });
    },
    async detail(id) {
      if (id.length > LONGEST_ASKED) {
        const error = "Its name is too long for an address, so no more can be asked about it.";
        return set({ details: { ...get().details, [id]: { error } } });
      }
      set({ details: { [id]: {}, ...get().details } });
      let outcome;
      try {
        outcome = { value: await source.element(id, get().pipeline) };
      } catch (error) {
        outcome = { error: error.message };
      }
      set({ details: { ...get().details, [id]: outcome } });
    },
  };
}

// What the server is asked to draw for a state.
export function wantedView(state, graph, direction) {
  return {
    pipeline: state.pipeline,
    collapsed: collapsedNow(state),
    params: state.params,
    direction,
    kinds: state.kinds,
    tags: state.tags,
    only: state.only ? onlyIds(graph, state.only) : [],
  };
}

function onlyIds(graph, id) {
  const { upstream, downstream } = lineage(graph, membersOf(graph, id));
  return [...new Set([...upstream, ...downstream])];
}

export const hasBoxes = (graph) => allBoxes(graph).length > 0;
