import { visible } from "@countersign/review";
import { guarded, type GuardedOptions, type Silence } from "./guarded.ts";
import type { Keys } from "./input-decoder.ts";
import type { Tty } from "./keyboard.ts";
import { graphemes, widthOf } from "./width.ts";

const ENTER = new Set(["\r", "\n"]);
const BACKSPACE = new Set(["\u007f", "\b"]);
const CTRL_U = "\u0015";
const CTRL_W = "\u0017";
const ESCAPE = "\u001b";
/** What was pasted and moves a cursor or calls a function. */
// oxlint-disable-next-line no-control-regex -- that is what these keys send
const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?/gu;
const NEW_LINE = /[\r\n\t]+/g;

/**
 * Asks for a line of text, trimmed: `{ line }`. Only Enter typed by itself ends it; Escape is no. What was typed before the
 * question was drawn or within 300 ms after it is thrown away.
 * @param options.pastes may it be pasted? What has to be confirmed is typed.
 */
export function askLine(tty: Tty, options: GuardedOptions & { readonly pastes?: boolean }): Promise<{ readonly line: string } | Silence> {
  let line = "";
  const add = (text: string): void => {
    line += text.replace(SEQUENCE, "").replace(NEW_LINE, " ");
  };
  return guarded<{ readonly line: string }>(tty, options, {
    alone(key) {
      if (ENTER.has(key)) return { answer: { line: line.trim() } };
      if (key === ESCAPE) return { answer: "no" };
      if (BACKSPACE.has(key)) line = graphemes(line).slice(0, -1).join("");
      else if (key === CTRL_U) line = "";
      else if (key === CTRL_W) line = line.replace(/\S*\s*$/u, "");
      else if (key >= " ") add(key);
      return undefined;
    },
    together({ text, isPasted }: Keys) {
      if (isPasted && options.pastes !== true) return;
      // Keys of a fast typist or of a slow line: Enter among them is no answer, and no part of the line.
      if (isPasted) add(text);
      else for (const key of graphemes(text)) line = BACKSPACE.has(key) ? graphemes(line).slice(0, -1).join("") : line + (key >= " " ? key : ""); // prettier-ignore
    },
    typed: (room) => tail(visible(line), room),
  });
}

/** The end of what was typed, so that it stays on its row. */
function tail(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let [end, taken] = ["", 1];
  for (const grapheme of graphemes(text).toReversed()) {
    taken += widthOf(grapheme);
    if (taken > room) break;
    end = grapheme + end;
  }
  return `…${end}`;
}
