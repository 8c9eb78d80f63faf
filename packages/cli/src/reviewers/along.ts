import type { Remember } from "@countersign/core";
import { visible } from "@countersign/review";
import { labelled, type Drawing } from "@countersign/terminal";
import { span } from "../output/when.ts";

/** What goes along with a decision, for whoever is asked whether to sign it. */
export function alongRows(along: {
  readonly message?: string | undefined;
  readonly comment?: string | undefined;
  readonly then?: string | undefined;
  readonly remember?: Remember | undefined;
}): (drawing: Drawing) => readonly string[] {
  const { message, comment, then, remember } = along;
  const facts = [
    ["told", message],
    ["then", then],
    ["comment", comment],
    ["remember", remember && rememberText(remember)],
  ] as const;
  return (drawing) => facts.flatMap(([label, text]) => (text === undefined ? [] : labelled(label, visible(text), drawing)));
}

function rememberText({ scope, for: lifetime = "24h", times = 10, within = "thread" }: Remember): string {
  const what = scope === "tool" ? "any call of this tool" : "calls with the same arguments";
  const where = within === "thread" ? "in this thread" : "of whoever asked";
  return `${what} ${where}, for ${typeof lifetime === "number" ? span(lifetime) : lifetime}, ${times} times at the most`;
}
