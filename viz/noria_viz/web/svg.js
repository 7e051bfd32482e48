// SVG elements, always made node by node: text is only ever text.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const key in attributes) {
    if (attributes[key] !== undefined && attributes[key] !== null) element.setAttribute(key, attributes[key]);
  }
  element.append(...children);
  return element;
}
