import { Amount, openDesk as openNeutralDesk, type DeskOptions } from "@countersign/adapter-tests";
import { tool } from "@openrouter/agent";
import { responsesIn, ScriptedModel, textOf, type Script } from "./scripted-model.ts";

/** The adapters' desk with the tool that pays, in the SDK's words. */
export function openDesk(options: DeskOptions = {}) {
  const desk = openNeutralDesk(options);
  return { ...desk, pay: tool({ name: "pay", description: "Pays", inputSchema: Amount, execute: desk.carryOut }) };
}

export type Lines = ReturnType<Script>[];

/** One line after the other, by how far the conversation is; then the results that it was told. */
export function saying(...lines: Lines): ScriptedModel {
  return new ScriptedModel((items) => {
    const results = items.filter(({ type }) => type === "function_call_output").map(textOf);
    return lines[responsesIn(items)] ?? results.join(" | ");
  });
}

export const paying = (amount: number, to = "x", id = "call_0") => ({ id, name: "pay", args: { amount, to } });
