const NAMES: ReadonlyMap<string, string> = new Map([
  ["\r", "return"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\b", "backspace"],
  ["\u007f", "backspace"],
  [" ", "space"],
]);
const CONTROLS = /^[\u0001-\u001a]$/; // oxlint-disable-line no-control-regex -- the letters with Ctrl
const NOTHING = /^\p{Cc}$/u;

/** What `pressed` calls the keys of a text: a letter is its own name. */
export function keyNames(text: string): readonly string[] {
  return Array.from(text, nameOf).filter((name) => name !== "");
}

function nameOf(key: string): string {
  const name = NAMES.get(key);
  if (name !== undefined) return name;
  if (CONTROLS.test(key)) return `ctrl-${String.fromCharCode(key.charCodeAt(0) + 0x60)}`;
  return NOTHING.test(key) ? "" : key;
}
