import { createRequire } from "node:module";
import { join } from "node:path";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import { tool, type ToolWithExecute } from "@openrouter/agent";
import { z } from "zod";
import type { InputItem } from "./request-body.ts";
import { responsesIn, ScriptedModel, textOf } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in the SDK's words. */

/** Which turn it is follows from the history: another process goes on in the middle. */
export function modelOf(turns: Scenario["turns"]): ScriptedModel {
  return new ScriptedModel((items) => {
    const turn = turns[responsesIn(items)] ?? { text: "" };
    if ("fails" in turn) throw new Error(turn.fails);
    if ("text" in turn) return turn.text;
    return turn.calls.map(({ id, tool: name, args }) => ({ id, name, args }));
  });
}

export function toolsOf({ tools }: Scenario): readonly ToolWithExecute[] {
  return tools.map(({ name, description, args, effect }) =>
    tool({ name, description, inputSchema: sayable(args), execute: async (given) => effect(given as JsonObject) }),
  );
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

/** Of an installed package, whatever its exports hide. */
export function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(join(folder, name, "package.json")) as { version: string }).version;
    } catch {
      // Not here: the next folder up.
    }
  }
  return "unknown";
}
