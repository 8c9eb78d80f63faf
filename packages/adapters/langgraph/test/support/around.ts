import type { Scenario } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import { createMiddleware, type AgentMiddleware } from "langchain";
import type { Tools } from "./neutral-adapter.ts";

type Around = NonNullable<Scenario["around"]>;

/** Between the gate's middleware and the tools. */
export function middlewareAround(around: Around): AgentMiddleware {
  return createMiddleware({
    name: "Around",
    wrapToolCall: async (request, handler) =>
      (await around(request.toolCall.args, async (args) => handler({ ...request, toolCall: { ...request.toolCall, args } }))) as Awaited<
        ReturnType<typeof handler>
      >,
  }) as AgentMiddleware;
}

/** Around tools that are gated themselves. */
export function toolsAround(tools: Tools, around: Around | undefined): Tools {
  if (!around) return tools;
  return tools.map((tool) => {
    const invoke = (input: { args: JsonObject }, config: unknown): Promise<unknown> =>
      around(input.args, (args) => tool.invoke({ ...input, args } as never, config as never) as Promise<unknown>);
    return Object.create(tool, { invoke: { value: invoke } }) as Tools[number];
  });
}
