/** Of a `KeyboardEvent`, what counts. */
interface Press {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
  getModifierState(key: string): boolean;
}

/**
 * The name of the key that was pressed, as shortcuts are written: `j`, `?`, `Enter`. Undefined: it is no shortcut of a page,
 * but the browser's, the system's, or a part of a character.
 *
 * A character counts wherever a keyboard has it: `?` and `/` need Shift on some and not on others, or AltGr. A keyboard without
 * Latin letters counts by the place of its keys.
 */
export function keyOf(press: Press): string | undefined {
  const { key, code, shiftKey, ctrlKey, metaKey, altKey } = press;
  if (press.isComposing || key === "Process" || key === "Dead" || key === "Unidentified") return undefined;
  const isCharacter = /^.$/u.test(key);
  const isByAltGr = isCharacter && press.getModifierState("AltGraph");
  if (metaKey || ((ctrlKey || altKey) && !isByAltGr)) return undefined;
  if (!isCharacter) return shiftKey ? `Shift+${key}` : key;
  const letter = /^[a-z]$/i.test(key) ? key : /\p{L}/u.test(key) ? /^Key([A-Z])$/.exec(code)?.[1] : undefined;
  if (letter === undefined) return key;
  return shiftKey ? `Shift+${letter.toLowerCase()}` : letter.toLowerCase();
}

/** Is it one that is typed? Those are what a person can switch off. */
export function isTyped(shortcut: string): boolean {
  return shortcut.split(" ").some((key) => /^(?:Shift\+)?.$/u.test(key));
}
