// Starts a saved page: modules become addresses in memory, each after those that it imports.
"use strict";
const modules = JSON.parse(document.getElementById("noria-modules").textContent);
const made = {};
for (const [path, source] of modules) {
  const folder = path.split("/").slice(0, -1);
  const imports = /(\bfrom\s*|\bimport\s*)"(\.{1,2}\/[^"]+)"/g;
  const linked = source.replace(imports, (all, word, to) => {
    const parts = [...folder];
    for (const part of to.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    }
    return `${word}"${made[parts.join("/")]}"`;
  });
  made[path] = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
}
globalThis.noriaModules = made;
import(made["main.js"]);
