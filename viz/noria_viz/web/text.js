// Text of the project made fit to be read: what is invisible or turns letters round is spelt out.

const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export const visible = (text) =>
  String(text).replace(UNSEEN, (char) => `‹U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`);

export function bytes(size) {
  if (size < 1000) return `${size} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = size / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

// By hand: asking the browser for it loads the data of every language first, a tenth of a second.
export const count = (number) => String(number).replace(/\B(?=(?:\d{3})+$)/g, "\u202f");

export const many = (number, word, words = `${word}s`) => `${count(number)} ${number === 1 ? word : words}`;

export function ago(seconds, now = Date.now() / 1000) {
  const passed = Math.max(0, now - seconds);
  const steps = [[60, 1, "second"], [3600, 60, "minute"], [86400, 3600, "hour"], [31536000, 86400, "day"]];
  for (const [below, unit, word] of steps) if (passed < below) return `${many(Math.floor(passed / unit), word)} ago`;
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

// A value of the configuration as one would write it in YAML, on one line where it is short.
export function written(value) {
  if (typeof value === "string") return visible(value);
  return visible(JSON.stringify(value, null, JSON.stringify(value)?.length > 60 ? 2 : 0) ?? "");
}

// A word as a shell takes it.
// The command that runs what a document shows; `more` narrows it.
export function runCommand({ selection, pipeline, configuration = [] }, ...more) {
  const part = selection.length || pipeline === "__default__" ? selection : ["--pipeline", pipeline];
  return ["noria", "run", ...part, ...configuration, ...more].map(quoted).join(" ");
}

export const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
