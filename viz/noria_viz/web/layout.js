// Asks the worker for a layout, watches over it, and remembers what it laid out.
import { placesOf } from "./geometry.js";
import { layered } from "./layered.js";

const PATIENCE = globalThis.noriaPatience ?? 12_000; // milliseconds until a cheaper layout is tried
const KEPT = 24;
const ABANDONED = "not wanted any more";

// The DOT text says itself how hard to try. Two things are changed in it: above so many edges their
// routing alone would take seconds, and when a layout takes too long a cheaper one is asked for.
const ROUTED_UP_TO = 3000; // edges
const CHEAP = { nslimit: 0.05, nslimit1: 0.1, mclimit: 0.02, splines: "none" };

export function withAttributes(dot, attributes) {
  return dot.replace(/graph \[([^\]]*)\]/, (_, words) => {
    const kept = words.split(" ").filter((word) => word && !(word.split("=")[0] in attributes));
    return `graph [${[...kept, ...Object.entries(attributes).map((pair) => pair.join("="))].join(" ")}]`;
  });
}

export function createLayouter({ startWorker = newWorker, patience = PATIENCE } = {}) {
  let worker = null;
  let last = 0;
  const waiting = new Map();
  const kept = new Map();

  function ready() {
    if (worker) return worker;
    worker = startWorker();
    worker.addEventListener("message", ({ data }) => settle(data.job, data));
    worker.addEventListener("error", () => restart("the layout worker stopped"));
    return worker;
  }

  function settle(job, outcome) {
    const entry = waiting.get(job);
    if (!entry) return;
    waiting.delete(job);
    clearTimeout(entry.timer);
    if (!outcome.failed) return entry.resolve(outcome.json);
    entry.reject(new Error(outcome.failed));
    restart("the layout worker was renewed"); // after a fault its memory can't be trusted
  }

  function restart(reason) {
    worker?.terminate();
    worker = null;
    for (const job of [...waiting.keys()]) settle(job, { failed: reason });
  }

  function run(dot) {
    const job = ++last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => restart("the layout took too long"), patience);
      waiting.set(job, { resolve, reject, timer });
      ready().postMessage({ job, dot });
    });
  }

  async function laidOut(scene) {
    const first = scene.edges.length > ROUTED_UP_TO ? { splines: "none" } : {};
    for (const attributes of [first, CHEAP]) {
      try {
        return placesOf(JSON.parse(await run(withAttributes(scene.dot, attributes))), scene);
      } catch (error) {
        if (error.message === ABANDONED) throw error;
        console.warn(`layout: ${error.message}`);
      }
    }
    return layered(scene);
  }

  return {
    warm: () => ready(),
    async lay(scene) {
      if (scene.layout) return placesOf(scene.layout, scene);
      if (!kept.has(scene.dot)) {
        kept.set(scene.dot, await laidOut(scene));
        if (kept.size > KEPT) kept.delete(kept.keys().next().value);
      }
      return kept.get(scene.dot);
    },
    // What is under way is for a view that nobody waits for any more.
    abandon: () => waiting.size && restart(ABANDONED),
  };
}

// A saved page has the worker's script in it.
function newWorker() {
  const island = document.getElementById("noria-layout");
  if (!island) return new Worker("./layout-worker.js");
  return new Worker(URL.createObjectURL(new Blob([JSON.parse(island.textContent)], { type: "text/javascript" })));
}
