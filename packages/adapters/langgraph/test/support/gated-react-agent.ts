import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import type { Tools } from "./neutral-adapter.ts";
import type { ScriptedModel } from "./scripted-model.ts";

interface Parts {
  readonly model: ScriptedModel;
  readonly checkpointer?: BaseCheckpointSaver;
}

/** LangGraph's own agent: deprecated, in wide use, and a plain ToolNode inside. */
export function gatedReactAgent(version: "v1" | "v2", tools: Tools, { model, checkpointer }: Parts) {
  // oxlint-disable-next-line typescript/no-deprecated -- whoever still has one wants it gated
  return createReactAgent({ llm: model, tools, version, ...(checkpointer ? { checkpointer } : {}) }) as never;
}
