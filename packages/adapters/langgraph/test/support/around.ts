import type { Scenario } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
import { createMiddleware, ToolMessage, type AgentMiddleware } from "langchain";
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

/** A check of the application's own, between the gate's middleware and the tools. */
export function middlewareChecking(check: NonNullable<Scenario["check"]>): AgentMiddleware {
  return createMiddleware({
    name: "Checking",
    wrapToolCall: (request, handler) => {
      const { id = "", args } = request.toolCall;
      const refused = check(args);
      return refused === undefined ? handler(request) : new ToolMessage({ content: refused, tool_call_id: id, status: "error" });
    },
  }) as AgentMiddleware;
}

/** Around tools that are gated themselves, as instrumentation does it: in place, because a copy of a gated tool is none. */
export function toolsAround(tools: Tools, around: Around | undefined): Tools {
  if (!around) return tools;
  for (const tool of tools) {
    const gated = tool.invoke.bind(tool) as (input: unknown, config: unknown) => Promise<unknown>;
    const invoke = (input: { args: JsonObject }, config: unknown): Promise<unknown> =>
      around(input.args, (args) => gated({ ...input, args }, config));
    Object.assign(tool, { invoke });
  }
  return tools;
}
