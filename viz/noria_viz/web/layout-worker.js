// Lays a DOT text out, away from the page's own thread.
import { Graphviz } from "./vendor/graphviz.js";

// A saved page has the program in it, as text; from a server it is compiled while it comes in.
async function load() {
  const packed = globalThis.noriaProgram;
  if (packed) globalThis.graphvizProgram = await unpacked(packed);
  return Graphviz.load();
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const loading = load();

self.addEventListener("message", async ({ data }) => {
  try {
    const graphviz = await loading;
    self.postMessage({ job: data.job, json: graphviz.layout(data.dot, "json0", "dot") });
  } catch (error) {
    self.postMessage({ job: data.job, failed: String(error?.message ?? error) });
  }
});
