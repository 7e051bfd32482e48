// Draws the figures that the page around this frame sends.
"use strict";
const place = document.getElementById("figure");
let last = null;
const draw = async () => {
  if (last === null) return;
  const { figure, dark } = last;
  const layout = { ...(figure.layout || {}) };
  layout.autosize = true;
  delete layout.width;
  layout.margin = layout.margin || { l: 52, r: 16, t: layout.title ? 56 : 18, b: 44 };
  if (dark) {
    const theme = structuredClone((layout.template || {}).layout || {});
    for (const axis of ["xaxis", "yaxis"])
      theme[axis] = { ...(theme[axis] || {}), gridcolor: "#353d47", zerolinecolor: "#4a5460" };
    layout.template = { ...(layout.template || {}), layout: theme };
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { ...(layout.font || {}), color: "#d7dce2" };
  }
  const quiet = { displaylogo: false, responsive: true, showLink: false, plotlyServerURL: "" };
  try {
    await Plotly.react(place, figure.data, layout, quiet);
    if (figure.frames) await Plotly.addFrames(place, figure.frames);
    parent.postMessage({ height: Math.ceil(place.scrollHeight) }, "*");
  } catch (error) {
    parent.postMessage({ error: String(error).slice(0, 300) }, "*");
  }
};
addEventListener("message", (event) => {
  if (event.source !== parent || !event.data || !event.data.figure) return;
  last = event.data;
  draw();
});
parent.postMessage({ ready: true }, "*");
