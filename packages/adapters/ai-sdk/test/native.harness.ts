import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NativeHarness } from "@countersign/conformance";
import { ToolLoopAgent, type ModelMessage, type ToolApprovalResponse } from "ai";
import { scriptedModel } from "./support/scripted-model.ts";
import { toolsOf } from "./support/tools.ts";
import { v7 } from "./support/v7.ts";

/**
 * The SDK's own approvals, without Countersign: `toolApproval` with the approval secret, `responseMessages` kept in SQLite,
 * and one tool message with the answers behind them.
 */
export default {
  framework: "AI SDK, toolApproval",
  version: v7.version,
  follows: "https://ai-sdk.dev/docs/agents/tool-approvals",
  capabilities: { durable: true, parallel: true, rejectReason: true },
  async open(scenario, asks, dir) {
    const scripted = scriptedModel(scenario.turns, v7.model);
    const agent = new ToolLoopAgent({
      model: scripted.model,
      tools: toolsOf(scenario),
      maxRetries: 0,
      toolApproval: ({ toolCall }) => (asks({ tool: toolCall.toolName, args: toolCall.input as never }) ? "user-approval" : undefined),
      experimental_toolApprovalSecret: "a secret that every instance of the server has",
    });
    const chats = new DatabaseSync(join(dir, "chats.db"), { timeout: 5_000 });
    chats.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS chats (thread TEXT PRIMARY KEY, messages TEXT)",
    );
    const save = chats.prepare("INSERT OR REPLACE INTO chats VALUES (?, ?)");
    const load = chats.prepare("SELECT messages FROM chats WHERE thread = ?");

    const messagesOf = (threadId: string): ModelMessage[] => JSON.parse(String(load.get(threadId)?.["messages"] ?? "[]")) as ModelMessage[];

    async function generate(threadId: string, messages: ModelMessage[]): Promise<"suspended" | "completed"> {
      const result = await agent.generate({ messages });
      save.run(threadId, JSON.stringify([...messages, ...result.responseMessages]));
      return result.content.some((part) => part.type === "tool-approval-request" && !part.isAutomatic) ? "suspended" : "completed";
    }
    function pending(messages: readonly ModelMessage[]) {
      const at = messages.findLastIndex(({ role }) => role === "assistant");
      const results = messages.slice(at + 1).flatMap(({ role, content }) => (role === "tool" ? content : []));
      const answered = new Set(results.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : [])));
      return questionsIn(messages.slice(at, at + 1))
        .filter(({ callId }) => !answered.has(callId))
        .map(({ callId, tool, args }) => ({ callId, tool, args }));
    }
    return {
      start: (threadId, input) => generate(threadId, [{ role: "user", content: input }]),
      pending: async (threadId) => pending(messagesOf(threadId)),
      async resume(threadId, answers) {
        const messages = messagesOf(threadId);
        const questions = questionsIn(messages);
        // A button that is pressed when nothing waits any more still sends what it sent before.
        const content = Object.entries(answers).flatMap(([callId, decision]): ToolApprovalResponse[] => {
          const approvalId = questions.findLast((question) => question.callId === callId)?.approvalId;
          if (approvalId === undefined) return [];
          const reason = decision.type === "reject" && decision.message !== undefined ? { reason: decision.message } : {};
          return [{ type: "tool-approval-response", approvalId, approved: decision.type !== "reject", ...reason }];
        });
        // Without an answer there is nothing to call the agent with.
        if (content.length === 0 && pending(messages).length > 0) return "suspended";
        return generate(threadId, content.length > 0 ? [...messages, { role: "tool", content }] : messages);
      },
      transcript: async () => scripted.transcript(),
      close: async () => chats.close(),
    };
  },
} satisfies NativeHarness;

function questionsIn(messages: readonly ModelMessage[]) {
  return messages.flatMap(({ role, content }) => {
    if (role !== "assistant" || typeof content === "string") return [];
    return content.flatMap((part) => {
      if (part.type !== "tool-approval-request") return [];
      const call = content.find((each) => each.type === "tool-call" && each.toolCallId === part.toolCallId);
      if (call?.type !== "tool-call") return [];
      return [{ approvalId: part.approvalId, callId: call.toolCallId, tool: call.toolName, args: call.input }];
    });
  });
}
