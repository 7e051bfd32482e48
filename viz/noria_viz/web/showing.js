// From the store's state to a drawing: asks for the scene, has it laid out, shows it, lights it.
import { collapsedNow, wantedView } from "./actions.js";
import { boxId, drawnCount, indexDocument, lineageInScene, pathsOf, standIns } from "./graph.js";

const BOTH_UP_TO = 120; // nodes: up to so many, both directions are tried at first sight
const BETTER = 1.05; // by so much more must fit for top-down to be preferred

export function createShowing({ store, source, layouter, view, current }) {
  let latest = 0; // a later call makes an earlier one moot
  let direction = null; // decided once a pipeline, by what shows more of it
  let pending = null; // an id to bring in once the drawing that has it stands

  async function load(pipeline, { keep = null, at = null } = {}) {
    const turn = ++latest;
    if (!keep) direction = null;
    try {
      const document_ = await source.graph(pipeline);
      if (turn !== latest) return;
      current.graph = indexDocument(document_);
      const known = (path) => current.graph.boxes.has(path);
      store.set({
        document: document_,
        problem: document_.problem,
        pipeline: document_.pipeline,
        collapsed: store.get().collapsed?.filter(known) ?? null,
        offered: null,
        notice: null,
        details: {},
        previews: {},
      });
      await redraw({ keep, at });
    } catch (error) {
      if (turn === latest) store.set({ drawing: "failed", notice: error.message });
    }
  }

  async function redraw({ keep = null, at = null } = {}) {
    const turn = ++latest;
    store.set({ drawing: "loading" });
    try {
      layouter.abandon();
      const best = await laidOut(store.get());
      if (turn !== latest) return;
      direction = best.direction;
      current.scene = best.scene;
      current.places = standIns(current.graph, best.scene);
      view.show(best.scene, best.layout, current.graph, { keep, at, shown: direction });
      store.set({ scene: best.scene, layout: best.layout, shownDirection: direction, drawing: "ready", notice: null });
      light();
      bringInPending();
    } catch (error) {
      if (turn === latest) store.set({ drawing: "failed", notice: error.message });
    }
  }

  async function laidOut(state) {
    const wanted = state.direction ?? direction;
    const few = drawnCount(current.graph, collapsedNow(state)) <= BOTH_UP_TO;
    const offered = ["LR", "TB"].filter((each) => source.offers(wantedView(state, current.graph, each)));
    const tried = wanted ? [wanted] : offered.slice(0, few ? 2 : 1);
    const scenes = await Promise.all(
      tried.map((each) => source.view(wantedView(state, current.graph, each))),
    );
    const { width, height } = view.camera.size;
    const share = ({ layout }) => Math.min(width / (layout.width + 48), height / (layout.height + 48), 1);
    let best = null;
    for (const [i, scene] of scenes.entries()) {
      const outcome = { scene, direction: tried[i], layout: await layouter.lay({ ...scene, direction: tried[i] }) };
      if (!best || share(outcome) > share(best) * BETTER) best = outcome;
      if (share(best) * BETTER >= 1) break; // no other can be better
    }
    return best;
  }

  // What is drawn for an id: itself, or the closed box that it lies in.
  function standIn(id) {
    const { drawing } = view;
    if (!id || !drawing) return null;
    if (drawing.nodes.has(id) || drawing.boxes.has(id)) return id;
    if (current.places.has(id)) return current.places.get(id);
    if (!id.startsWith("n:")) return null;
    const first = current.graph.byId.get(current.graph.boxes.get(id.slice(2))?.[0]);
    const closed = collapsedNow(store.get());
    const path = first && pathsOf(first).find((each) => closed.includes(each));
    return path ? boxId(path) : null;
  }

  function light() {
    const { selected } = store.get();
    if (!selected || !current.scene) return view.light(null);
    view.light(lineageInScene(current.graph, current.scene, current.places, selected), standIn(selected) ?? selected);
  }

  function bringInPending() {
    const id = standIn(pending);
    pending = null;
    if (id) view.bringIn(id);
  }

  return {
    load,
    redraw,
    light,
    bringIn(id) {
      pending = id;
      if (store.get().drawing === "ready") bringInPending();
    },
  };
}
