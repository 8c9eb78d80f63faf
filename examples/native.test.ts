// The agents that docs/porting.md starts from work, each with its framework's own approvals: small payments in the same
// request wait or not, as the framework has it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "countersign-native-"));
process.env["COUNTERSIGN_DB"] = join(folder, "countersign.db");
process.env["CHECKPOINTS_DB"] = join(folder, "checkpoints.db");
process.env["NATIVE_RUNS"] = folder;
for (const key of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AI_GATEWAY_API_KEY", "OPENROUTER_API_KEY"]) delete process.env[key];
beforeEach(({ task }) => {
  process.env["BANK_LEDGER"] = join(folder, `${task.id}.jsonl`);
});

interface Native {
  start(threadId: string, sentence: string): Promise<string>;
  resume(threadId: string, approved: boolean): Promise<string>;
}

describe.each(["langgraph", "openai-agents", "ai-sdk", "openrouter"])("%s, native", (framework) => {
  it.each([
    [true, [{ recipient: "Acme Corp", amount: 4_200, invoice: "88" }]],
    [false, []],
  ])("asks, and pays only if approved: %s", async (approved, paid) => {
    vi.spyOn(console, "warn").mockReturnValue();
    const { payments } = await import("./bank.ts");
    const agent = (await import(`./${framework}/native.ts`)) as Native;
    const threadId = `${framework}-${approved}`;
    expect(await agent.start(threadId, "Pay Acme Corp $4200 for invoice 88")).toBe("suspended");
    expect(payments()).toEqual([]);
    const text = await agent.resume(threadId, approved);
    expect(text).not.toBe("suspended");
    expect(payments()).toEqual(paid);
  });
});
