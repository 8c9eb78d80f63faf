import { versionOf } from "@countersign/adapter-tests";
import type { NativeHarness } from "@countersign/conformance";
import type { Decision, JsonObject } from "@countersign/core";
import { clientOf } from "./support/client.ts";
import { messagesIn, modelOf, toolsOf } from "./support/neutral.ts";
import { startResponsesServer } from "./support/responses-server.ts";
import { sqliteStates } from "./support/sqlite-states.ts";

/**
 * The SDK's own approvals, without Countersign: `requireApproval`, a StateAccessor on SQLite, `approveToolCalls` and
 * `rejectToolCalls` on the next `callModel` with the same state.
 */
export default {
  framework: "OpenRouter Agent, requireApproval",
  version: versionOf("@openrouter/agent", import.meta.url),
  follows: "https://openrouter.ai/docs/agent-sdk/call-model/tool-approval-state",
  capabilities: { durable: true, parallel: true, partial: true },
  async open(scenario, asks, dir) {
    const model = modelOf(scenario.turns);
    const server = await startResponsesServer(model, { repeatedIds: true });
    const client = clientOf(server);
    const tools = toolsOf(scenario);
    const states = sqliteStates(dir);

    async function call(threadId: string, input: string | [], answers: Readonly<Record<string, Decision>> = {}) {
      const answered = (...types: readonly Decision["type"][]): string[] =>
        Object.entries(answers).flatMap(([id, { type }]) => (types.includes(type) ? [id] : []));
      const result = client.callModel({
        model: "scripted",
        input,
        tools,
        state: states.of(threadId),
        requireApproval: ({ name, arguments: args }) => asks({ tool: name, args: args as JsonObject }),
        approveToolCalls: answered("approve", "edit"),
        rejectToolCalls: answered("reject"),
      });
      const { status } = await result.getState();
      if (status !== "in_progress") return status;
      // Of a resumed run, asking for the state has only carried out the answers.
      await result.getText();
      return (await result.getState()).status;
    }
    async function outcome(...given: Parameters<typeof call>): Promise<"suspended" | "completed"> {
      const status = await call(...given);
      if (status === "awaiting_approval") return "suspended";
      if (status === "complete") return "completed";
      throw new Error(`the conversation is ${status}`);
    }
    return {
      start: (threadId, input) => outcome(threadId, input),
      resume: (threadId, answers) => outcome(threadId, [], answers),
      async pending(threadId) {
        const { pendingToolCalls = [] } = (await states.of(threadId).load()) ?? {};
        return pendingToolCalls.map(({ id, name, arguments: args }) => ({ callId: id, tool: name, args }));
      },
      transcript: async () => ({ requests: server.requests.length, messages: messagesIn(model.lastItems) }),
      close: async () => {
        states.close();
        await server.close();
      },
    };
  },
} satisfies NativeHarness;
