import { versionOf } from "@countersign/adapter-tests";
import type { NativeHarness } from "@countersign/conformance";
import type { Decision, JsonObject } from "@countersign/core";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { createAgent, humanInTheLoopMiddleware, type AgentMiddleware, type HITLRequest, type InterruptOnConfig } from "langchain";
import { hitlDecision, modelOf, saverIn, toolsOf, transcriptOf } from "./support/neutral.ts";

interface Snapshot {
  readonly values: { readonly messages?: readonly BaseMessage[] };
  readonly tasks: readonly { readonly interrupts: readonly { readonly value?: unknown }[] }[];
}
interface Pending {
  readonly callId: string;
  readonly tool: string;
  readonly args: JsonObject;
}

/**
 * LangChain's own approvals, without Countersign: `humanInTheLoopMiddleware` with the SQLite checkpointer, resumed with
 * `Command({ resume: { decisions } })`, every write synchronous.
 */
export default {
  framework: "LangGraph, humanInTheLoopMiddleware",
  version: versionOf("langchain", import.meta.url),
  follows: "https://docs.langchain.com/oss/javascript/langchain/human-in-the-loop",
  capabilities: { durable: true, edit: true, parallel: true, rejectReason: true },
  async open(scenario, asks, dir) {
    const checkpointer = saverIn(dir);
    const model = modelOf(scenario.turns);
    const interruptOn: Record<string, InterruptOnConfig> = {};
    for (const { name } of scenario.tools) {
      const when: InterruptOnConfig["when"] = ({ toolCall }) => asks({ tool: toolCall.name, args: toolCall.args });
      interruptOn[name] = { allowedDecisions: ["approve", "edit", "reject"], when };
    }
    // Its declared types don't fit createAgent's own under exactOptionalPropertyTypes.
    const approvals = humanInTheLoopMiddleware({ interruptOn } as never) as unknown as AgentMiddleware;
    const agent = createAgent({ model, tools: toolsOf(scenario), checkpointer, middleware: [approvals] });
    const config = (threadId: string) => ({ configurable: { thread_id: threadId }, durability: "sync" as const });

    async function pending(threadId: string): Promise<readonly Pending[]> {
      const { tasks, values } = (await agent.graph.getState(config(threadId))) as unknown as Snapshot;
      const request = tasks.flatMap(({ interrupts }) => interrupts).map(({ value }) => value as HITLRequest)[0];
      const calls = values.messages?.findLast((message) => AIMessage.isInstance(message))?.tool_calls ?? [];
      return matched(request?.actionRequests ?? [], calls);
    }
    async function invoke(threadId: string, input: unknown): Promise<"suspended" | "completed"> {
      const result: unknown = await agent.invoke(input as never, config(threadId));
      return typeof result === "object" && result !== null && "__interrupt__" in result ? "suspended" : "completed";
    }
    return {
      pending,
      start: (threadId, input) => invoke(threadId, { messages: [{ role: "user", content: input }] }),
      async resume(threadId, answers) {
        const waiting = await pending(threadId);
        const decisions = waiting.flatMap(({ callId, tool }) => decided(answers[callId], tool));
        // A button that is pressed when nothing waits any more still sends what it sent before.
        const late = waiting.length === 0 ? Object.values(answers).flatMap((answer) => decided(answer, "pay")) : [];
        const all = [...decisions, ...late];
        return invoke(threadId, all.length > 0 ? new Command({ resume: { decisions: all } }) : null);
      },
      transcript: async () => transcriptOf(model),
      close: async () => void checkpointer.db.close(),
    };
  },
} satisfies NativeHarness;

function decided(decision: Decision | undefined, tool: string) {
  return decision ? [hitlDecision(decision, tool)] : [];
}

/** The pause names no call ids: its requests stand in the order of the calls. */
function matched(
  requests: HITLRequest["actionRequests"],
  calls: readonly { readonly id?: string; readonly name: string; readonly args: Record<string, unknown> }[],
): readonly Pending[] {
  let at = 0;
  return requests.map(({ name, args }) => {
    const found = calls.findIndex((call, index) => index >= at && call.name === name && JSON.stringify(call.args) === JSON.stringify(args));
    at = found + 1;
    return { callId: calls[found]?.id ?? "", tool: name, args };
  });
}
