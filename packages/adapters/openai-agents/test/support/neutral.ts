import { lineOf } from "@countersign/adapter-tests";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import {
  defineToolInputGuardrail,
  tool,
  ToolGuardrailFunctionOutputFactory as guardrailSays,
  type AgentInputItem,
  type FunctionTool,
  type RunContext,
} from "@openai/agents";
import { approvalIn } from "./hosted.ts";
import { responsesIn, ScriptedModel, textOf } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in the SDK's words. */

// oxlint-disable-next-line typescript/no-explicit-any -- the suite's schemas have no types of their own
export type Tools = FunctionTool<any, any, any>[];

export function modelOf(turns: Scenario["turns"], tools: Scenario["tools"] = []): ScriptedModel {
  const hosted = Object.fromEntries(tools.flatMap(({ name, effect, hosted }) => (hosted ? [[name, effect]] : [])));
  return new ScriptedModel((items) => lineOf(turns, responsesIn(withoutHandoffs(items))), undefined, hosted);
}

export function toolsOf({ tools, check }: Scenario, needsApproval?: (tool: string, args: JsonObject) => boolean): Tools {
  const inputGuardrails = check ? [guardrailOf(check)] : [];
  return tools.flatMap(({ name, description, args, effect, timeout, hosted }) => {
    if (hosted) return [];
    const rest = {
      name,
      description,
      inputGuardrails,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      execute: async (given: unknown, run?: RunContext) => effect(given as JsonObject, run?.context as JsonObject | undefined),
      ...(needsApproval ? { needsApproval: async (_context: unknown, given: unknown) => needsApproval(name, given as JsonObject) } : {}),
    };
    try {
      return [tool({ ...rest, parameters: args as never })];
    } catch {
      // The SDK can't say every schema to a model.
      return [
        tool({
          ...rest,
          strict: false,
          parameters: { type: "object", properties: {}, required: [], additionalProperties: true } as never,
        }),
      ];
    }
  });
}

function guardrailOf(check: NonNullable<Scenario["check"]>) {
  return defineToolInputGuardrail({
    name: "check",
    async run({ toolCall }) {
      const refused = check(JSON.parse(toolCall.arguments) as JsonObject);
      return refused === undefined ? guardrailSays.allow() : guardrailSays.rejectContent(refused);
    },
  });
}

export function transcriptOf({ lastItems, requests }: ScriptedModel): Transcript {
  return { requests, messages: conversationOf(lastItems) };
}

export function conversationOf(items: readonly AgentInputItem[]): Transcript["messages"] {
  return withoutHandoffs(items).flatMap(shown);
}

/** The SDK's own calls between agents. */
function withoutHandoffs(items: readonly AgentInputItem[]): readonly AgentInputItem[] {
  return items.filter((item) => !("name" in item && typeof item.name === "string" && item.name.startsWith("transfer_to_")));
}

function shown(item: AgentInputItem): Transcript["messages"] {
  if (item.type === "function_call")
    return [{ role: "call", id: item.callId, tool: item.name, args: JSON.parse(item.arguments) as unknown }];
  if (item.type === "function_call_result") return [{ role: "result", id: item.callId, text: textOf(item) }];
  const [asked, answered] = [approvalIn(item, "request"), approvalIn(item, "response")];
  if (asked) return [{ role: "call", id: asked.id, tool: asked.name, args: JSON.parse(asked.arguments) as unknown }];
  if (answered) return [{ role: "result", id: answered.approval_request_id ?? "", text: answered.reason ?? "approved" }];
  if (!("role" in item)) return [];
  return [{ role: item.role === "user" ? "user" : "assistant", text: textOf(item) }];
}
