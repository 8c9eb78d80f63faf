import { called, said, type OutputItem } from "./model-response.ts";
import type { InputItem } from "./request-body.ts";

export interface ScriptedCall {
  readonly name: string;
  readonly args: unknown;
  readonly id?: string;
}

/** What a model was asked, and what it then proposes. */
export type Script = (items: readonly InputItem[]) => readonly ScriptedCall[] | string;

/** A model that follows a script, and remembers what it was shown last. */
export class ScriptedModel {
  script: Script;
  lastItems: readonly InputItem[] = [];

  constructor(script: Script) {
    this.script = script;
  }

  respond(items: readonly InputItem[]): readonly OutputItem[] {
    this.lastItems = items;
    const answer = this.script(items);
    if (typeof answer === "string") return [said(answer)];
    return answer.map(({ id, name, args }, index) => called(id ?? `call_${index}`, name, args));
  }
}

/** Takes its calls from the user: the last user message is a JSON list of `[tool, args]`. Answers with all results. */
export const obedient: Script = (items) => {
  const last = items.findLastIndex((item) => isMessage(item) && item.role === "user");
  const results = items.slice(last + 1).filter(({ type }) => type === "function_call_output");
  if (results.length > 0) return results.map(textOf).join(" | ");
  const asked = items[last];
  const text = asked ? textOf(asked) : "";
  if (!text.startsWith("[")) return `You said: ${text}`;
  // Each turn its own ids: providers refuse an id that comes again.
  const before = items.filter(({ type }) => type === "function_call").length;
  return (JSON.parse(text) as [string, unknown][]).map(([name, args], index) => ({ id: `call_${before + index}`, name, args }));
};

/** How many responses of the model a conversation has: calls that stand together are one. */
export function responsesIn(items: readonly InputItem[]): number {
  return items.filter((item, index) =>
    item.type === "function_call" ? items[index - 1]?.type !== "function_call" : isMessage(item) && item.role === "assistant",
  ).length;
}

function isMessage(item: InputItem): item is Extract<InputItem, { type: "message" }> {
  return item.type === "message";
}

export function textOf(item: InputItem): string {
  const content = item.type === "function_call_output" ? item.output : isMessage(item) ? item.content : "";
  if (typeof content === "string") return content;
  return content.map((part) => (typeof part["text"] === "string" ? part["text"] : JSON.stringify(part))).join("");
}
