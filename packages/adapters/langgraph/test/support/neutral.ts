import { join } from "node:path";
import { lineOf } from "@countersign/adapter-tests";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { Decision, JsonObject } from "@countersign/core";
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { tool, type HITLResponse } from "langchain";
import { ScriptedModel } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in LangChain's words. */

export function modelOf(turns: Scenario["turns"]): ScriptedModel {
  return new ScriptedModel((messages) => lineOf(turns, messages.filter((message) => AIMessage.isInstance(message)).length));
}

export function toolsOf({ tools }: Scenario) {
  return tools.map(({ name, description, args, effect, timeout }) =>
    tool(async (given: unknown, { context }: { context?: JsonObject }) => effect(given as JsonObject, context), {
      name,
      description,
      schema: args as never,
      ...(timeout === undefined ? {} : { defaultConfig: { timeout } }),
    }),
  );
}

export function saverIn(dir: string): SqliteSaver {
  return SqliteSaver.fromConnString(join(dir, "graph.db"));
}

export function transcriptOf({ lastMessages, requests }: ScriptedModel): Transcript {
  return { requests, messages: lastMessages.flatMap(shown) };
}

/** One message in neutral words. */
export function shown(message: BaseMessage): Transcript["messages"] {
  if (ToolMessage.isInstance(message)) return [{ role: "result", id: message.tool_call_id, text: message.text }];
  if (HumanMessage.isInstance(message)) return [{ role: "user", text: message.text }];
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  if (calls.length === 0) return [{ role: "assistant", text: message.text }];
  return calls.map(({ id = "", name, args }) => ({ role: "call", id, tool: name, args }));
}

/** One decision as `humanInTheLoopMiddleware` takes it. */
export function hitlDecision(decision: Decision, tool: string): HITLResponse["decisions"][number] {
  switch (decision.type) {
    case "approve":
      return { type: "approve" };
    case "edit":
      return { type: "edit", editedAction: { name: tool, args: { ...decision.args } } };
    case "reject":
      return decision.message === undefined ? { type: "reject" } : { type: "reject", message: decision.message };
  }
}
