import { lineOf } from "@countersign/adapter-tests";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import { tool, type AgentInputItem, type FunctionTool } from "@openai/agents";
import { responsesIn, ScriptedModel, textOf } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in the SDK's words. */

// oxlint-disable-next-line typescript/no-explicit-any -- the suite's schemas have no types of their own
export type Tools = FunctionTool<any, any, any>[];

export function modelOf(turns: Scenario["turns"]): ScriptedModel {
  return new ScriptedModel((items) => lineOf(turns, responsesIn(withoutHandoffs(items))));
}

export function toolsOf({ tools }: Scenario, needsApproval?: (tool: string, args: JsonObject) => boolean): Tools {
  return tools.map(({ name, description, args, effect, timeout }) => {
    const rest = {
      name,
      description,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      execute: async (given: unknown) => effect(given as JsonObject),
      ...(needsApproval ? { needsApproval: async (_context: unknown, given: unknown) => needsApproval(name, given as JsonObject) } : {}),
    };
    try {
      return tool({ ...rest, parameters: args as never });
    } catch {
      // The SDK can't say every schema to a model.
      return tool({
        ...rest,
        strict: false,
        parameters: { type: "object", properties: {}, required: [], additionalProperties: true } as never,
      });
    }
  });
}

export function transcriptOf({ lastItems, requests }: ScriptedModel): Transcript {
  return { requests, messages: withoutHandoffs(lastItems).flatMap(shown) };
}

/** The SDK's own calls between agents. */
function withoutHandoffs(items: readonly AgentInputItem[]): readonly AgentInputItem[] {
  return items.filter((item) => !("name" in item && typeof item.name === "string" && item.name.startsWith("transfer_to_")));
}

function shown(item: AgentInputItem): Transcript["messages"] {
  if (item.type === "function_call")
    return [{ role: "call", id: item.callId, tool: item.name, args: JSON.parse(item.arguments) as unknown }];
  if (item.type === "function_call_result") return [{ role: "result", id: item.callId, text: textOf(item) }];
  if (!("role" in item)) return [];
  return [{ role: item.role === "user" ? "user" : "assistant", text: textOf(item) }];
}
