import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { versionOf } from "@countersign/adapter-tests";
import type { NativeHarness } from "@countersign/conformance";
import { Agent, run, RunState } from "@openai/agents";
import { answer } from "./support/answer.ts";
import { modelOf, toolsOf, transcriptOf } from "./support/neutral.ts";

/**
 * The SDK's own approvals, without Countersign: `needsApproval`, the serialized RunState in a database, `approve` and
 * `reject` on the restored one, then `run(agent, state)`.
 */
export default {
  framework: "OpenAI Agents, needsApproval",
  version: versionOf("@openai/agents", import.meta.url),
  follows: "https://openai.github.io/openai-agents-js/guides/human-in-the-loop",
  capabilities: { durable: true, parallel: true, partial: true, rejectReason: true, repeatedIds: false },
  async open(scenario, asks, dir) {
    const model = modelOf(scenario.turns);
    const agent = new Agent({ name: "Payments", model, tools: toolsOf(scenario, (tool, args) => asks({ tool, args })) });
    const runs = new DatabaseSync(join(dir, "runs.db"), { timeout: 5_000 });
    runs.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS runs (thread TEXT PRIMARY KEY, state TEXT)",
    );
    const save = runs.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?)");
    const load = runs.prepare("SELECT state FROM runs WHERE thread = ?");

    /** A completed run has no state any more. */
    async function restored(threadId: string): Promise<RunState<unknown, typeof agent> | undefined> {
      const state = load.get(threadId)?.["state"];
      return typeof state === "string" ? RunState.fromString(agent, state) : undefined;
    }
    async function saved(threadId: string, input: string | RunState<unknown, typeof agent>): Promise<"suspended" | "completed"> {
      const result = await run(agent, input);
      const suspended = result.interruptions.length > 0;
      save.run(threadId, suspended ? result.state.toString() : null);
      return suspended ? "suspended" : "completed";
    }
    return {
      start: (threadId, input) => saved(threadId, input),
      async pending(threadId) {
        const items = (await restored(threadId))?.getInterruptions() ?? [];
        return items.map(({ rawItem, name, arguments: args }) => ({
          callId: (rawItem as { callId: string }).callId,
          tool: name ?? "",
          args: JSON.parse(args ?? "{}") as unknown,
        }));
      },
      async resume(threadId, answers) {
        const state = await restored(threadId);
        if (!state) return "completed";
        for (const [callId, decision] of Object.entries(answers)) answer(state, callId, decision);
        return saved(threadId, state);
      },
      transcript: async () => transcriptOf(model),
      close: async () => runs.close(),
    };
  },
} satisfies NativeHarness;
