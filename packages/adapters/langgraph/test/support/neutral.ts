import { createRequire } from "node:module";
import { join } from "node:path";
import type { Scenario, Transcript } from "@countersign/conformance";
import type { Decision, JsonObject } from "@countersign/core";
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { tool, type HITLResponse } from "langchain";
import { ScriptedModel, type Script } from "./scripted-model.ts";

/** What the conformance suite says neutrally, in LangChain's words. */

/** Which turn it is follows from the history: another process goes on in the middle. */
function scriptOf(turns: Scenario["turns"]): Script {
  return (messages) => {
    const turn = turns[messages.filter((message) => AIMessage.isInstance(message)).length] ?? { text: "" };
    if ("fails" in turn) throw new Error(turn.fails);
    if ("text" in turn) return turn.text;
    return turn.calls.map(({ id, tool: name, args }) => ({ id, name, args: { ...args } }));
  };
}

export function modelOf(turns: Scenario["turns"]): ScriptedModel {
  return new ScriptedModel(scriptOf(turns));
}

export function toolsOf({ tools }: Scenario) {
  return tools.map(({ name, description, args, effect }) =>
    tool(async (given: unknown) => effect(given as JsonObject), { name, description, schema: args as never }),
  );
}

export function saverIn(dir: string): SqliteSaver {
  return SqliteSaver.fromConnString(join(dir, "graph.db"));
}

export function transcriptOf({ lastMessages, requests }: ScriptedModel): Transcript {
  return { requests, messages: lastMessages.flatMap(shown) };
}

function shown(message: BaseMessage): Transcript["messages"] {
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

/** Of an installed package, whatever its exports hide. */
export function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return (createRequire(import.meta.url)(join(folder, name, "package.json")) as { version: string }).version;
    } catch {
      // Not here: the next folder up.
    }
  }
  return "unknown";
}
