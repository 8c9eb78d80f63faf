// A person says what became of an unknown execution; what the execution itself says afterwards leaves its trace.
import { approve, createGate, definePolicy, isCountersignError, type Gate, type Settlement } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const policy = definePolicy({ tools: { pay: "ask" } });
const by = { id: "alice" };

async function unknown() {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const warnings: string[] = [];
  const gate = createGate({ policy, store: memoryStore({ now }), now, warn: (message) => warnings.push(message) });
  warnings.length = 0;
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const entered = Promise.withResolvers<void>();
  const first = gate
    .execute({ id: asked.request.id, args: {} }, () => (entered.resolve(), promise))
    .then(
      (result) => `answered ${String(result)}`,
      (error: unknown) => `threw ${isCountersignError(error) ? error.code : String(error)}`,
    );
  await entered.promise;
  skipped += 61_000;
  return { gate, id: asked.request.id, warnings, first, resolve, reject };
}
const lastOf = async (gate: Gate, id: string): Promise<unknown> => (await Array.fromAsync(gate.history(id))).at(-1);

describe("an unknown execution", () => {
  it("that did not happen, and is not to be tried again, has failed for the reason that a person gives", async () => {
    const { gate, id } = await unknown();
    const settled = await gate.settle(id, { failed: "The bank has no such payment." }, { by });
    expect(settled).toMatchObject({ execution: "failed", receipt: { status: "failed", error: "The bank has no such payment." } });
    await expect(gate.execute({ id, args: {} }, () => "again")).rejects.toThrow("The bank has no such payment.");
    expect(await lastOf(gate, id)).toMatchObject({
      type: "settled",
      actor: by,
      data: { note: { outcome: "failed" }, state: "failed", error: "The bank has no such payment." },
    });
    await gate.verify();
  });

  it("is not settled without a reason, nor twice over", async () => {
    const { gate, id } = await unknown();
    for (const outcome of [{ failed: "" }, { failed: "x", retry: true }] as unknown as Settlement[])
      await expect(gate.settle(id, outcome, { by })).rejects.toMatchObject({ code: "INVALID_ARGS" });
  });
});

describe("an outcome that comes after a person has settled the execution", () => {
  it.each<[string, Settlement, "paid" | Error, object]>([
    ["paid, and settled as not made", { failed: "not made" }, "paid", { note: { status: "done" }, state: "failed" }],
    [
      "refused, and settled as made",
      { executed: "I believe it was paid" },
      new Error("bank refused"),
      { note: { status: "failed" }, state: "done" },
    ],
  ])("contradicts it: %s", async (_, settlement, truth, data) => {
    const { gate, id, warnings, first, resolve, reject } = await unknown();
    const settled = await gate.settle(id, settlement, { by });
    if (truth instanceof Error) reject(truth);
    else resolve(truth);
    await first;
    expect(await lastOf(gate, id)).toMatchObject({ type: "late-receipt", data });
    expect(await gate.get(id)).toMatchObject({ execution: settled.execution, receipt: settled.receipt });
    expect(warnings).toEqual([expect.stringContaining(id)]);
    await gate.verify();
  });

  it("is noted, and nobody is called, if it only says more", async () => {
    const { gate, id, warnings, first, resolve } = await unknown();
    await gate.settle(id, { executed: "I believe it was paid" }, { by });
    resolve("paid, confirmation 77");
    expect(await first).toBe("answered paid, confirmation 77");
    expect(await lastOf(gate, id)).toMatchObject({ type: "late-receipt", data: { note: { status: "done" } } });
    expect(warnings).toEqual([]);
  });

  it("leaves no trace if it says the same", async () => {
    const { gate, id, warnings, first, resolve } = await unknown();
    await gate.settle(id, { executed: "paid" }, { by });
    resolve("paid");
    await first;
    expect(await lastOf(gate, id)).toMatchObject({ type: "settled" });
    expect(warnings).toEqual([]);
  });

  it("is the second of two payments if it was tried again, and an operator is told", async () => {
    const { gate, id, warnings, first, resolve } = await unknown();
    await gate.settle(id, { retry: true }, { by });
    expect(await gate.execute({ id, args: {} }, () => "paid again")).toBe("paid again");
    resolve("paid");
    await first;
    expect(await lastOf(gate, id)).toMatchObject({ type: "late-receipt", data: { note: { attempt: 1, status: "done" } } });
    expect(await gate.get(id)).toMatchObject({ execution: "done", receipt: { result: "paid again" } });
    expect(warnings).toHaveLength(1);
  });

  it("ends the retry that nobody has begun yet: it did happen", async () => {
    const { gate, id, first, resolve } = await unknown();
    await gate.settle(id, { retry: true }, { by });
    resolve("paid");
    expect(await first).toBe("answered paid");
    expect(await gate.execute({ id, args: {} }, () => "twice")).toBe("paid");
  });
});
