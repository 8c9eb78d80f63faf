import type { BaseMessage } from "@langchain/core/messages";
import { tool } from "langchain";
import { z } from "zod";
import type { Tools } from "./neutral-adapter.ts";

interface Agent {
  invoke(input: unknown, config?: unknown): Promise<unknown>;
}

/** An agent as a tool, as LangChain's documentation builds subagents: run on the caller's config, answered by its last message. */
export function nestedTool(agent: Agent, name: string): Tools[number] {
  const run = async ({ task }: { task: string }, config: unknown): Promise<string> => {
    const { messages } = (await agent.invoke({ messages: [{ role: "user", content: task }] }, config)) as { messages: BaseMessage[] };
    return messages.at(-1)?.text ?? "";
  };
  return tool(run as never, {
    name,
    description: `Delegates to ${name}.`,
    schema: z.object({ task: z.string() }),
  }) as unknown as Tools[number];
}
