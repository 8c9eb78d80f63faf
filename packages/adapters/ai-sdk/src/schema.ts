import type { JsonObject } from "@countersign/core";
import type { ParseArgs } from "@countersign/core/adapter";
import { asSchema, jsonSchema, type FlexibleSchema, type Schema } from "ai";
import { isBeingRestored } from "./run.ts";

/** A tool's schema, as the SDK and as the gate use it. */
export interface GatedSchema {
  /**
   * For the SDK: checks the model's arguments and leaves them as the model wrote them, because these are what is shown,
   * signed and kept. What the schema makes of them is made right before the tool runs.
   */
  readonly forSdk: Schema;
  /** What the tool's own code gets to see. @throws Error for arguments that the schema refuses */
  parse(args: unknown): unknown;
  /** The same for the gate, which shows what the schema adds, and compares it when the call runs. */
  readonly read: ParseArgs;
  /** For forms, and for checking edits. Undefined where a schema has no JSON form. */
  json(): Promise<JsonObject | undefined>;
}

export function gatedSchema(tool: string, own: FlexibleSchema | undefined): GatedSchema {
  const schema = asSchema(own);
  /** What the SDK has had checked need not be checked again. */
  const parsed = new WeakMap<object, unknown>();

  async function check(args: unknown): Promise<unknown> {
    const result = schema.validate ? await schema.validate(args) : { success: true as const, value: args };
    if (!result.success) throw result.error;
    return result.value;
  }

  return {
    forSdk: jsonSchema(() => schema.jsonSchema, {
      validate: async (args) => {
        if (!isObject(args)) return { success: false, error: new Error("The arguments of a tool are an object.") };
        // Signed already, and perhaps under another version of the schema: the tool's own check is made when it runs.
        if (isBeingRestored(tool, args)) return { success: true, value: args };
        try {
          parsed.set(args, await check(args));
          return { success: true, value: args };
        } catch (error) {
          return { success: false, error: error instanceof Error ? error : new Error(String(error)) };
        }
      },
    }),
    parse: (args) => (isObject(args) && parsed.has(args) ? parsed.get(args) : check(args)),
    read: async (args) => ({ value: await check(args) }),
    json: async () => {
      try {
        return (await schema.jsonSchema) as JsonObject;
      } catch {
        // A schema of a Date or of code has no JSON form; the policy's own schema checks then.
        return undefined;
      }
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
