// One agent on four frameworks: the approval logic is one file, and whoever calls the agent doesn't know which it is.
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edit, type AgentRunner, type Gate } from "@countersign/core";
import { beforeAll, describe, expect, it } from "vitest";
import { page } from "./page.ts";

const examples = join(import.meta.dirname, "..");
const frameworks = ["langgraph", "openai-agents", "ai-sdk", "openrouter"] as const;

it("the guide is made of the examples as they are; npx -y pnpm@12 porting writes it", () => {
  expect(readFileSync(join(examples, "../docs/porting.md"), "utf8")).toBe(page());
});

describe("the approval logic", () => {
  it("has no framework in it", () => {
    const imports = [...readFileSync(join(examples, "approvals.ts"), "utf8").matchAll(/from "(.+)"/g)].map(([, from]) => from);
    expect(imports).toEqual(["@countersign/core", "@countersign/sqlite", "zod"]);
  });

  it.each(frameworks)("is shared by %s, which has none of its own", (framework) => {
    const folder = join(examples, framework);
    expect(readFileSync(join(folder, "agent.ts"), "utf8")).toContain('import { gate, SendPayment } from "../approvals.ts";');
    const own = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !/native|\.data/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    for (const source of own) expect(source).not.toMatch(/definePolicy|needsApproval|toolApproval|requireApproval|interruptOn/);
  });
});

describe("whoever calls the agent", () => {
  /** Written once. */
  async function caller(payments: AgentRunner<string>, gate: Gate, threadId: string) {
    const outcome = await payments.start(threadId, "Pay Acme Corp $4200 for invoice 88 and Globex $300", { requestedBy: "payments-desk" });
    if (outcome.status !== "suspended") throw new Error(`it is ${outcome.status}`);
    const by = { id: "fiona", roles: ["finance"] };
    for (const request of outcome.pending) await gate.decide(request, edit({ ...request.args, amount: 4_000 }), { by });
    const [done, again] = [await payments.resume(threadId), await payments.resume(threadId)];
    return { done, again };
  }

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-porting-"));
    process.env["COUNTERSIGN_DB"] = join(folder, "countersign.db");
    process.env["CHECKPOINTS_DB"] = join(folder, "checkpoints.db");
    process.env["BANK_LEDGER"] = join(folder, "bank.jsonl");
    for (const key of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AI_GATEWAY_API_KEY", "OPENROUTER_API_KEY"]) delete process.env[key];
  });

  it.each(frameworks)("needs no change for %s", async (framework) => {
    const { gate } = await import("../approvals.ts");
    const bank = await import("../bank.ts");
    const before = bank.payments().length;
    const { payments } = (await import(`../${framework}/agent.ts`)) as { payments: AgentRunner<string> };
    const { done, again } = await caller(payments, gate, framework);
    expect(done).toMatchObject({
      status: "completed",
      text: expect.stringContaining("Paid $4000 to Acme Corp.") as string,
      replayed: false,
    });
    expect(again).toMatchObject({ status: "completed", replayed: true });
    expect(bank.payments().slice(before)).toHaveLength(2);
    expect(bank.payments().slice(before)).toContainEqual(expect.objectContaining({ recipient: "Acme Corp", amount: 4_000 }));
  });
});
