// A Plotly figure, in a frame that can reach nothing: not this page, not its cookies, not the network.
import { html } from "./html.js";

export function Plot({ figure }) {
  return html`<iframe class="plot" title="Plotly chart" src="./frame/plotly" sandbox="allow-scripts" ref=${(frame) => frame && serve(frame, figure)}></iframe>`;
}

const served = new WeakMap();

function serve(frame, figure) {
  const known = served.get(frame);
  served.set(frame, figure);
  if (known) return;
  const listen = ({ source, data }) => {
    if (!frame.isConnected) return removeEventListener("message", listen);
    if (source !== frame.contentWindow) return;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    if (data?.ready) frame.contentWindow.postMessage({ figure: served.get(frame), dark }, "*");
    if (Number.isFinite(data?.height)) frame.style.height = `${Math.min(900, Math.max(160, data.height))}px`;
  };
  addEventListener("message", listen);
}
