/** A text as a browser's field holds it: each line break is a line feed. */
export function asTyped(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * A text after somebody changed what a browser's field shows of it. The field makes all line breaks line feeds: where nothing
 * was changed they stay what they were, and new ones are like those that are there.
 */
export function retyped(before: string, typed: string): string {
  if (!before.includes("\r")) return typed;
  const shown = asTyped(before);
  const most = Math.min(shown.length, typed.length);
  let start = 0;
  while (start < most && shown[start] === typed[start]) start++;
  let end = 0;
  while (end < most - start && shown[shown.length - 1 - end] === typed[typed.length - 1 - end]) end++;
  const middle = typed.slice(start, typed.length - end);
  const lineBreak = /\r\n?/.exec(before)?.[0] ?? "\n";
  const [from, to] = [placeIn(before, start), placeIn(before, shown.length - end)];
  return before.slice(0, from) + middle.replaceAll("\n", lineBreak) + before.slice(to);
}

/** Where a place of the shown text is in the text itself. */
function placeIn(text: string, shown: number): number {
  let at = 0;
  for (let passed = 0; passed < shown; passed++) at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
  return at;
}
