/**
 * Everything that a terminal or an eye would not show as what it is: control and format characters (bidirectional
 * overrides, zero-width), private and unassigned ones, lone surrogates, fillers, spaces other than the plain one.
 * @see Unicode Technical Report 36, "Unicode Security Considerations"
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Text with hidden characters written as escapes: what you see is what you sign. Line breaks are hidden characters too. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** JSON over several lines, complete, with hidden characters made visible. */
export function visibleJson(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "undefined").split("\n").map(visible).join("\n");
}
