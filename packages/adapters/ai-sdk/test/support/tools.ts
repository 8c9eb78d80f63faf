import type { Scenario } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import { jsonSchema, tool, type Schema, type ToolSet } from "ai";
import { z } from "zod";

/** The suite's tools, in the SDK's words. */
export function toolsOf({ tools }: Scenario): ToolSet {
  return Object.fromEntries(tools.map((each) => [each.name, each.hosted ? hosted(each) : local(each)]));
}

type Given = Scenario["tools"][number];

function local({ description, args, effect, timeout }: Given): ToolSet[string] {
  return tool({
    description,
    inputSchema: schemaOf(args),
    execute: async (given: unknown, { abortSignal, context, experimental_context }: PerRun) => {
      const running = effect(given as JsonObject, (context ?? experimental_context) as JsonObject | undefined);
      return timeout === undefined ? running : Promise.race([running, calledOff(abortSignal)]);
    },
  }) as ToolSet[string];
}

/** What a tool is given of its run: version 6 calls it by another name. */
interface PerRun {
  readonly abortSignal?: AbortSignal;
  readonly context?: unknown;
  readonly experimental_context?: unknown;
}

/** One that the provider runs. */
function hosted({ name, args }: Given): ToolSet[string] {
  return { type: "provider", isProviderExecuted: true, id: `scripted.${name}`, args: {}, inputSchema: schemaOf(args) };
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
