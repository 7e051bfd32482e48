// Preact with tagged templates instead of a build step. Values become text or attributes, never HTML.
import { h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

import { ICONS } from "./icons.js";

export const html = htm.bind(h);
export { render };

export const Icon = ({ name, label }) => html`
  <svg class="glyph" viewBox="0 0 16 16" width="16" height="16" role=${label ? "img" : null}
    aria-label=${label} aria-hidden=${label ? null : "true"}><path d=${ICONS[name]} /></svg>
`;
