// Where the page gets its facts: the server that serves it, or the file it was saved into.

export class Gone extends Error {}

export function openSource() {
  const island = document.getElementById("noria-document");
  return island ? savedSource(JSON.parse(island.textContent)) : servedSource();
}

function servedSource() {
  return {
    saved: false,
    graph: (pipeline) => getJSON(pipeline ? `./api/graph?${query({ pipeline })}` : "./api/graph"),
    view: (wanted) => postJSON("./api/dot", asked(wanted)),
    offers: () => true,
    element: (id, pipeline) => getJSON(`./api/element?${query({ id, pipeline })}`),
    preview: (id, pipeline) => getJSON(`./api/preview?${query({ id, pipeline })}`),
    follow: followEvents,
  };
}

// A saved page holds the views that it can show, each with its layout.
function savedSource(saved) {
  const views = new Map(saved.views.map((view) => [view.state.key, view]));
  const find = (wanted) => {
    const plain = !wanted.kinds.length && !wanted.tags.length && !wanted.only?.length;
    return plain ? views.get(viewKey(wanted)) : undefined;
  };
  return {
    saved: true,
    graph: async () => saved.document,
    view: async (wanted) => {
      const view = find(wanted);
      if (!view) throw new Gone("this file does not hold that view");
      return { ...view.scene, direction: view.state.direction, layout: view.layout };
    },
    offers: (wanted) => find(wanted) !== undefined,
    element: async (id) => {
      const known = saved.details?.[id];
      if (!known) throw new Gone("this file holds no more of it");
      return known;
    },
    preview: null,
    follow: () => () => {},
  };
}

export function viewKey(wanted) {
  return `${[...wanted.collapsed].sort().join("\n")}|${wanted.params ? 1 : 0}|${wanted.direction}`;
}

const asked = (wanted) => ({
  pipeline: wanted.pipeline,
  collapsed: wanted.collapsed,
  params: wanted.params ? 1 : 0,
  direction: wanted.direction,
  ...(wanted.kinds.length ? { kind: wanted.kinds } : {}),
  ...(wanted.tags.length ? { tag: wanted.tags } : {}),
  ...(wanted.only?.length ? { only: wanted.only } : {}),
});

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given).toString();
}

const getJSON = (path) => answer(fetch(path, { credentials: "same-origin" }));

const postJSON = (path, body) =>
  answer(
    fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );

async function answer(pending) {
  let response;
  try {
    response = await pending;
  } catch {
    throw new Gone("noria viz no longer answers: start it again and reload this page");
  }
  if (response.status === 401 || response.status === 403)
    throw new Gone("this page is no longer let in: open the address that noria viz printed");
  const said = await response.json().catch(() => null);
  if (!response.ok) throw new Error(said?.problem?.message ?? said?.reason ?? `the server answered ${response.status}`);
  return said;
}

function followEvents({ graph, details, lost, back }) {
  const events = new EventSource("./api/events");
  events.addEventListener("graph", (event) => graph(JSON.parse(event.data)));
  events.addEventListener("details", () => details());
  events.addEventListener("error", () => lost());
  events.addEventListener("open", () => back());
  return () => events.close();
}
