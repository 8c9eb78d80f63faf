import { lineOf } from "@countersign/adapter-tests";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import { tool, type InputsUnion, type ToolWithExecute } from "@openrouter/agent";
import { z } from "zod";
import type { InputItem } from "./request-body.ts";
import { responsesIn, ScriptedModel, textOf } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in the SDK's words. */

export function modelOf(turns: Scenario["turns"]): ScriptedModel {
  return new ScriptedModel((items) => lineOf(turns, responsesIn(items)));
}

export function toolsOf({ tools, perRun }: Scenario): readonly ToolWithExecute[] {
  return tools.map(({ name, description, args, effect }) =>
    tool({
      name,
      description,
      inputSchema: sayable(args),
      execute: async (given, context) => effect(given as JsonObject, perRun && context?.local),
    }),
  );
}

/** What an application puts around gated tools. */
export function toolsAround(tools: readonly ToolWithExecute[], around: Scenario["around"]): readonly ToolWithExecute[] {
  if (!around) return tools;
  return tools.map((gated) => {
    const { execute } = gated.function;
    const run: typeof execute = (args, context) => around(args, async (given) => execute(given, context));
    return { ...gated, function: { ...gated.function, execute: run } };
  });
}

/** The SDK can't say every schema to a model, and refuses the whole call then. */
function sayable(args: StandardSchemaV1): z.ZodObject {
  const schema = args as unknown as z.ZodObject;
  try {
    z.toJSONSchema(schema, { target: "draft-7" });
    return schema;
  } catch {
    return z.looseObject({});
  }
}

export function messagesIn(items: readonly InputItem[]): Transcript["messages"] {
  return items.flatMap(shown);
}

/** Of a conversation as the SDK keeps it. */
export function conversationIn(messages: Exclude<InputsUnion, string>): Transcript["messages"] {
  return messagesIn(messages.map((item) => ({ type: "message", ...item, ...("callId" in item && { call_id: item.callId }) }) as InputItem));
}

function shown(item: InputItem): Transcript["messages"] {
  switch (item.type) {
    case "function_call":
      return [{ role: "call", id: item.call_id, tool: item.name, args: JSON.parse(item.arguments) as unknown }];
    case "function_call_output":
      return [{ role: "result", id: item.call_id, text: textOf(item) }];
    case "message":
      return [{ role: item.role === "user" ? "user" : "assistant", text: textOf(item) }];
    case "reasoning":
      return [];
  }
}
