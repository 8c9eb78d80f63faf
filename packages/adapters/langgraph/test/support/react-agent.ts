import { MemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import type { Desk } from "./desk.ts";
import { ScriptedModel, type Script } from "./scripted-model.ts";

/** LangGraph's own agent: deprecated, in wide use, and gated by its tools. */
export function reactAgent(
  tools: Desk["pay"][],
  script: Script,
  { version = "v2", checkpointer = new MemorySaver() }: { version?: "v1" | "v2"; checkpointer?: BaseCheckpointSaver | false } = {},
) {
  // oxlint-disable-next-line typescript/no-deprecated -- whoever still has one wants it gated
  return createReactAgent({ llm: new ScriptedModel(script), tools, version, ...(checkpointer ? { checkpointer } : {}) });
}
