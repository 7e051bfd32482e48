// Takes Graphviz out of the script that carries it as text, so that browsers compile it while it comes
// in. Run once a version, beside the file as the registry gives it:
//
//     npm pack @hpcc-js/wasm-graphviz@1.29.2 && tar xzf hpcc-js-wasm-graphviz-*.tgz
//     node unpack.mjs package/dist/index.js
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [from] = process.argv.slice(2);
const EDITS = [
  // The program as text.
  [/='[^'\n]{100000,}'/, "=''"],
  // Where it was unpacked: now it is fetched, unless the page has it at hand.
  [/return (\w+)\?\?=\w+\(\w+\(\w+\)\),(\w+)\(\{wasmBinary:\1,locateFile:\(\)=>""\}\)/, "return $2({wasmBinary:globalThis.graphvizProgram})"],
  [/(let \w+=\(\)=>)""(;function \w+\(\w+\)\{if\(\w+==\w+&&\w+\)return new Uint8Array)/, '$1"./vendor/graphviz.wasm"$2'],
];

let script = readFileSync(from, "utf8");
for (const [pattern, text] of EDITS) {
  if (script.match(new RegExp(pattern, "g"))?.length !== 1) throw new Error(`not once in ${from}: ${pattern}`);
  script = script.replace(pattern, text);
}

let program = null;
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = (bytes, imports) => instantiate((program = bytes), imports);
const { Graphviz } = await import(pathToFileURL(resolve(from)));
await Graphviz.load();

writeFileSync("graphviz.js", script);
writeFileSync("graphviz.wasm.gz", gzipSync(program, { level: 9 }));
