import type { Scenario } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import type { ParseArgs } from "@countersign/core/adapter";
import type { Agent } from "./framework.ts";

type Tool = Scenario["tools"][number];

/** As frameworks do: a tool gets what its schema makes of the arguments. */
export function toolsOf(tools: readonly Tool[]): Agent["tools"] {
  return Object.fromEntries(
    tools.map(({ name, args, effect }) => {
      const parse = readingBy(args);
      const run = async (given: JsonObject, perRun?: JsonObject): Promise<unknown> => {
        const read = await parse(given);
        if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join("; "));
        return effect(read.value as JsonObject, perRun);
      };
      return [name, run];
    }),
  );
}

export function schemasOf(tools: readonly Tool[]): Agent["schemas"] {
  return Object.fromEntries(tools.map(({ name, args }) => [name, readingBy(args)]));
}

function readingBy(schema: Tool["args"]): ParseArgs {
  return async (args) => {
    const read = await schema["~standard"].validate(args);
    return read.issues ? { issues: read.issues.map(({ message }) => ({ message, path: [] })) } : { value: read.value };
  };
}
