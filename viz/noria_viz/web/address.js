// The page's state in the address: everything a reader chose, nothing that is the default.

const list = (value) => (value === "" ? [] : value.split(",").map(decodeURIComponent));
const join = (values) => values.map(encodeURIComponent).join(",");
const KINDS = ["function", "dataset", "parameter"];

export function readAddress(hash) {
  const state = {
    pipeline: null, collapsed: null, params: false, direction: null, kinds: [], tags: [],
    only: null, selected: null, panel: true, at: null,
  };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut < 0) continue;
    const key = part.slice(0, cut);
    const raw = part.slice(cut + 1);
    try {
      if (key === "pipeline") state.pipeline = decodeURIComponent(raw);
      else if (key === "select") state.selected = decodeURIComponent(raw);
      else if (key === "only") state.only = decodeURIComponent(raw);
      else if (key === "collapsed") state.collapsed = list(raw);
      else if (key === "tags") state.tags = list(raw);
      else if (key === "kinds") state.kinds = list(raw).filter((kind) => KINDS.includes(kind));
      else if (key === "params") state.params = raw === "1";
      else if (key === "panel") state.panel = raw !== "0";
      else if (key === "dir") state.direction = raw === "TB" || raw === "LR" ? raw : null;
      else if (key === "at") state.at = readPlace(raw);
    } catch {
      continue; // a percent sign cut in half by whoever pasted the address
    }
  }
  return state;
}

export function writeAddress(state) {
  const parts = [];
  const own = state.document?.pipeline;
  if (state.pipeline && state.pipeline !== own) parts.push(`pipeline=${encodeURIComponent(state.pipeline)}`);
  if (state.selected) parts.push(`select=${encodeURIComponent(state.selected)}`);
  if (state.only) parts.push(`only=${encodeURIComponent(state.only)}`);
  if (state.collapsed) parts.push(`collapsed=${join(state.collapsed)}`);
  if (state.tags.length) parts.push(`tags=${join(state.tags)}`);
  if (state.kinds.length) parts.push(`kinds=${join(state.kinds)}`);
  if (state.params) parts.push("params=1");
  if (state.direction) parts.push(`dir=${state.direction}`);
  if (!state.panel) parts.push("panel=0");
  if (state.at) parts.push(`at=${state.at.x.toFixed(0)},${state.at.y.toFixed(0)},${state.at.k.toFixed(3)}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

function readPlace(raw) {
  const [x, y, k] = raw.split(",").map(Number);
  return [x, y, k].every(Number.isFinite) && k > 0 ? { x, y, k } : null;
}
