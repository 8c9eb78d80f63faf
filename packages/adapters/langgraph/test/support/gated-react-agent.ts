import { gateTools } from "@countersign/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import type { z } from "zod";
import { toolsAround } from "./around.ts";
import type { Parts } from "./neutral-adapter.ts";

/** LangGraph's own agent: deprecated, in wide use, and a plain ToolNode inside. */
export function gatedReactAgent(
  version: "v1" | "v2",
  { gate, model, tools, open = [], checkpointer, around, gatedTwice, structured }: Parts,
) {
  // oxlint-disable-next-line typescript/no-deprecated -- whoever still has one wants it gated
  return createReactAgent({
    llm: model,
    tools: [...toolsAround(gateTools(gate, gatedTwice ? gateTools(gate, tools) : tools), around), ...open],
    version,
    ...(structured ? { responseFormat: structured as z.ZodObject } : {}),
    ...(checkpointer ? { checkpointer } : {}),
  }) as never;
}
