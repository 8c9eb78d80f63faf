import { createGate } from "@countersign/core";
import { approvalMiddleware, gateTools } from "@countersign/langgraph";
import { memoryStore } from "@countersign/memory";
import { MemorySaver } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { createAgent, createMiddleware, type AgentMiddleware } from "langchain";
import type { Conversations, Converse } from "../conversations.ts";
import { policy } from "../stores/policy.ts";
import { InstantModel, instantTool } from "./model.ts";

let threads = 0;

function conversing(graph: { invoke(input: never, config: never): Promise<unknown> }): Converse {
  return () => {
    const config = { configurable: { thread_id: `bench-${++threads}` } };
    return graph.invoke({ messages: [{ role: "user", content: "Pay Acme Corp" }] } as never, config as never);
  };
}

const gateOf = () => createGate({ policy, store: memoryStore(), warn: () => {} });

/** An agent that makes so many allowed calls in one turn, with its tools gated and as they are. */
export function withTools(calls: number): Conversations {
  const read = instantTool("read");
  const agent = (tools: (typeof read)[]) =>
    // oxlint-disable-next-line typescript/no-deprecated -- the agent that is nothing but a model and a tool node
    conversing(createReactAgent({ llm: new InstantModel("read", calls), tools, checkpointer: new MemorySaver() }));
  return { gated: agent(gateTools(gateOf(), [read])), plain: agent([read]) };
}

/** The same as middleware, beside a middleware that does nothing in the same hooks: LangChain makes nodes of them. */
export function withMiddleware(calls: number): Conversations {
  const agent = (middleware: AgentMiddleware[]) =>
    conversing(
      createAgent({ model: new InstantModel("read", calls), tools: [instantTool("read")], checkpointer: new MemorySaver(), middleware }),
    );
  return { gated: agent([approvalMiddleware(gateOf())]), plain: agent([idle]), bare: agent([]) };
}

const idle = createMiddleware({
  name: "Idle",
  afterModel: () => undefined,
  wrapModelCall: (request, handler) => handler(request),
  wrapToolCall: (request, handler) => handler(request),
}) as AgentMiddleware;
