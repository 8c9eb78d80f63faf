import type { Scenario } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import { jsonSchema, tool, type Schema, type ToolSet } from "ai";
import { z } from "zod";

/** The suite's tools, in the SDK's words. */
export function toolsOf({ tools }: Scenario): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, args, effect, timeout }) => [
      name,
      tool({
        description,
        inputSchema: schemaOf(args),
        execute: async (given: unknown, { abortSignal }) => {
          const running = effect(given as JsonObject);
          return timeout === undefined ? running : Promise.race([running, calledOff(abortSignal)]);
        },
      }) as ToolSet[string],
    ]),
  );
}

/** The SDK only says so: a tool ends by itself, as `fetch` does. */
function calledOff(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** The time that each tool has, as an agent of version 7 takes it. */
export function timeoutsOf({ tools }: Scenario): { readonly tools: Readonly<Record<string, number>> } {
  return { tools: Object.fromEntries(tools.flatMap(({ name, timeout }) => (timeout === undefined ? [] : [[`${name}Ms`, timeout]]))) };
}

/** The suite has arguments of any kind, which the SDK's own way from zod to JSON Schema refuses. */
function schemaOf(args: Scenario["tools"][number]["args"]): Schema {
  return jsonSchema(z.toJSONSchema(args as z.ZodType, { target: "draft-7", unrepresentable: "any" }) as never, {
    validate: async (value) => {
      const result = await args["~standard"].validate(value);
      if (!result.issues) return { success: true, value: result.value };
      return { success: false, error: new Error(result.issues.map(({ message }) => message).join()) };
    },
  });
}
