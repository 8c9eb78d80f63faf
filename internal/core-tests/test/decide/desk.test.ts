// A gate that only decides: the command line, a server. It has neither policy nor tools.
import { approve, createGate, definePolicy, edit, isCountersignError, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../mini.ts";

const alice: Principal = { id: "alice" };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore
const pay = z.object({ amount: z.number(), on: z.coerce.date().optional() });

async function asked(tool = "pay", args: Record<string, unknown> = { amount: 5_000 }) {
  const store = memoryStore();
  const policy = definePolicy({ tools: { pay: { args: pay, deny: (c) => c.args.amount > 9_000, ask: true }, loose: "ask" } });
  const effects: object[] = [];
  const agent = { model: scripted([call("c", tool, args)], "done"), tools: { [tool]: (run: object) => effects.push(run) } };
  const runner = createRunner(createGate({ store, policy, warn: () => {} }), agent);
  const outcome = await runner.start("t", "go");
  const request = outcome.status === "suspended" ? outcome.pending[0] : undefined;
  if (!request) throw new Error("nothing pending");
  return { desk: createGate({ store }), runner, request, effects };
}

describe("a gate that only decides", () => {
  it("approves, and checks an edit by the request's own JSON Schema", async () => {
    const { desk, runner, request, effects } = await asked();
    expect(request.argsSchema).toMatchObject({ type: "object", required: ["amount"] });
    expect(await codeOf(desk.decide(request, edit({ amount: "much" }), { by: alice }))).toBe("INVALID_ARGS");
    await desk.decide(request, edit({ amount: 4_000 }), { by: alice });
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(effects).toEqual([{ amount: 4_000 }]);
  });

  it("refuses an edit that it can't check", async () => {
    const { desk, request } = await asked("loose");
    expect(await codeOf(desk.decide(request, edit({ amount: 1 }), { by: alice }))).toBe("EDIT_UNCHECKABLE");
    expect(await desk.decide(request, approve(), { by: alice })).toMatchObject({ status: "approved" });
  });

  it("can't make the agent run an edit that its policy denies, and the trail says why", async () => {
    const { desk, runner, request, effects } = await asked();
    await desk.decide(request, edit({ amount: 10_000 }), { by: alice });
    const outcome = await runner.resume("t");
    expect(effects).toEqual([]);
    expect(JSON.stringify(outcome)).toContain("does not allow");
    expect(await desk.get(request.id)).toMatchObject({ status: "cancelled" });
    const events = await Array.fromAsync(desk.history(request.id));
    expect(events.at(-1)).toMatchObject({ type: "cancelled", data: { error: expect.stringContaining("does not allow") } });
  });

  it("sees nothing of another tenant", async () => {
    const { desk, request } = await asked();
    const other = createGate({ store: desk.store, tenant: "other" });
    expect(await other.get(request.id)).toBeUndefined();
    expect((await other.list()).items).toEqual([]);
    expect(await codeOf(other.decide(request, approve(), { by: alice }))).toBe("REQUEST_NOT_FOUND");
    expect(await other.verify()).toEqual({ events: 0, subjects: 0 });
  });

  it("pages through what is pending", async () => {
    const { desk } = await asked();
    expect(await codeOf(desk.list({ limit: 0 }))).toBe("INVALID_ARGS");
    expect(await codeOf(desk.list({ after: "nonsense" }))).toBe("INVALID_ARGS");
    expect((await desk.list({ status: "pending", tool: "pay", agent: "mini", limit: 1 })).items).toHaveLength(1);
  });
});
