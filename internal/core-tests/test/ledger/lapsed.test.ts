// A process died in the middle of an execution, and no worker runs: whoever looks must not take it for one that goes on.
import { approve, createGate, definePolicy, type Gate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const LEASE = 60_000;
const policy = definePolicy({ tools: { pay: "ask", read: { ask: true, idempotent: true } } });

function office() {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const gate = createGate({ policy, store: memoryStore({ now }), now, warn: () => {} });
  return { gate, pass: (ms: number) => void (skipped += ms) };
}

let count = 0;
/** An execution that never ends. */
async function dead(gate: Gate, tool = "pay"): Promise<string> {
  const asked = await gate.ask({ threadId: `t-${++count}`, key: "k", tool, args: { count } });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by: { id: "alice" } });
  await new Promise<void>((begun) => void gate.execute({ id: asked.id, args: {} }, () => (begun(), new Promise(() => {}))));
  return asked.id;
}

describe("an execution whose lease is over", () => {
  it("is unknown for whoever looks, and nothing is written by looking", async () => {
    const { gate, pass } = office();
    const id = await dead(gate);
    expect((await gate.get(id))?.execution).toBe("executing");
    expect((await gate.list({ execution: "unknown" })).items).toEqual([]);
    pass(LEASE + 1_000);
    const events = (await Array.fromAsync(gate.history(id))).length;
    const found = await gate.get(id);
    expect(found).toMatchObject({ execution: "unknown", receipt: { status: "unknown" } });
    expect((await gate.list({ execution: "unknown" })).items).toEqual([found]);
    expect((await gate.list({ execution: "executing" })).items).toEqual([]);
    expect((await gate.list()).items.map(({ execution }) => execution)).toEqual(["unknown"]);
    expect((await Array.fromAsync(gate.history(id))).length).toBe(events);
    expect((await gate.settle(id, { failed: "not made" }, { by: { id: "alice" } })).execution).toBe("failed");
  });

  it("is never unknown where it may simply run again", async () => {
    const { gate, pass } = office();
    const id = await dead(gate, "read");
    pass(LEASE + 1_000);
    expect((await gate.get(id))?.execution).toBe("executing");
    expect((await gate.list({ execution: "unknown" })).items).toEqual([]);
  });

  it("is listed once, in one order with those that are recorded, whatever the size of a page", async () => {
    const { gate, pass } = office();
    const lapsed = [await dead(gate), await dead(gate), await dead(gate)];
    pass(LEASE + 1_000);
    // Recorded by whoever comes next.
    const recorded = lapsed[1] ?? "";
    await gate.execute({ id: recorded, args: {} }, () => "again").catch(() => {});
    await dead(gate, "read");
    const running = await dead(gate);
    const inOrder = (await gate.list()).items.map(({ id }) => id).filter((id) => lapsed.includes(id));
    for (const limit of [1, 2, 3, 4, 50]) {
      const ids: string[] = [];
      let after: string | undefined;
      do {
        const { items, next } = await gate.list({ execution: "unknown", limit, ...(after !== undefined && { after }) });
        expect(items.length).toBeLessThanOrEqual(limit);
        ids.push(...items.map(({ id }) => id));
        after = next;
      } while (after !== undefined);
      expect(ids).toEqual(inOrder);
    }
    expect((await gate.list({ execution: "executing" })).items.map(({ id }) => id)).toContain(running);
    expect([await gate.count({ execution: "unknown" }), await gate.count({ execution: "executing" })]).toEqual([3, 2]);
    expect(await gate.count({ execution: "executing" }, { cap: 1 })).toBe(1);
  });

  it("is not lost between two pages by being recorded", async () => {
    const { gate, pass } = office();
    const lapsed = [await dead(gate), await dead(gate), await dead(gate), await dead(gate)];
    pass(LEASE + 1_000);
    const first = await gate.list({ execution: "unknown", limit: 2 });
    for (const id of lapsed) await gate.execute({ id, args: {} }, () => "again").catch(() => {});
    const second = await gate.list({ execution: "unknown", limit: 2, ...(first.next !== undefined && { after: first.next }) });
    expect([...first.items, ...second.items].map(({ id }) => id).toSorted()).toEqual(lapsed.toSorted());
    expect(second.next).toBeUndefined();
  });

  it("is not counted among those that execute, however far one counts", async () => {
    const { gate, pass } = office();
    await dead(gate);
    await dead(gate);
    pass(LEASE + 1_000);
    for (const cap of [1, 2, 3]) expect(await gate.count({ execution: "executing" }, { cap })).toBe(0);
  });
});
