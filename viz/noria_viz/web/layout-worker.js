// Lays a DOT text out, away from the page's own thread.
import { Graphviz } from "./vendor/graphviz.js";

const loading = Graphviz.load();

self.addEventListener("message", async ({ data }) => {
  try {
    const graphviz = await loading;
    self.postMessage({ job: data.job, json: graphviz.layout(data.dot, "json0", "dot") });
  } catch (error) {
    self.postMessage({ job: data.job, failed: String(error?.message ?? error) });
  }
});
