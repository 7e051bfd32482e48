// Icons as path data on a 16 by 16 grid, drawn as lines: one set for the graph and the page around it.

// Moves are absolute and all else is relative, so that an icon can be put anywhere.
export const placedIcon = (name, x, y) =>
  ICONS[name].replace(/M([\d.]+) ([\d.]+)/g, (_, left, top) => `M${Number(left) + x} ${Number(top) + y}`);

export const ICONS = {
  function: "M11.2 3.2c-2-.9-3.2.2-3.5 1.9l-1.4 5.9c-.3 1.7-1.3 2.6-2.9 2M5.2 7.2h5",
  dataset: "M3 4.2c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2v7.6c0 1.1 2.2 2 5 2s5-.9 5-2v-7.6M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  parameter: "M2.5 5h5M11.5 5h2M9.5 3v4M2.5 11h2M8.5 11h5M6.5 9v4",
  namespace: "M5.8 3.5l4.5 4.5-4.5 4.5",
  open: "M3.5 5.8l4.5 4.5 4.5-4.5",
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.7 10.7L14 14",
  filter: "M2 3.5h12M4.5 8h7M6.5 12.5h3",
  right: "M2.5 8h11M9.5 4l4 4-4 4",
  down: "M8 2.5v11M4 9.5l4 4 4-4",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  expand: "M4.5 6L8 2.5 11.5 6M4.5 10L8 13.5 11.5 10",
  collapse: "M4.5 2.5L8 6l3.5-3.5M4.5 13.5L8 10l3.5 3.5",
  keys: "M1.5 4h13v8h-13zM4 6.8h.01M6.7 6.8h.01M9.3 6.8h.01M12 6.8h.01M5 9.6h6",
  panel: "M2 3h12v10H2zM10 3v10",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.5 3.5L13 5",
  warning: "M8 2.2L14.5 13.5h-13zM8 6.5v3.2M8 11.7h.01",
  focus: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2",
  chevron: "M4.5 6.5L8 10l3.5-3.5",
};
