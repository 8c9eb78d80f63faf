// Core on a store whose every second commit loses its connection: each answer is right, and each effect happens once.
import { approve, createGate, definePolicy, edit, reject, type Gate, type Principal } from "@countersign/core";
import { testDatabase } from "@countersign/test-run";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../../../../internal/core-tests/test/mini.ts";
import { startProxy, type Moment, type Proxy } from "./proxy.ts";
import { newSchema, openStore } from "./setting.ts";

const database = await testDatabase();

const alice: Principal = { id: "alice" };
const bob: Principal = { id: "bob" };
const policy = definePolicy({ tools: { pay: { args: z.object({ amount: z.number() }), ask: true } } });

/** Two gates, as two processes have them, on connections that break. */
async function gates(moment: Moment): Promise<{ readonly proxy: Proxy; readonly gate: Gate; readonly other: Gate }> {
  const schema = newSchema();
  const proxy = await startProxy(database);
  const [store, otherStore] = [openStore(proxy.url, { schema }), openStore(proxy.url, { schema })];
  await Promise.all([store.now(), otherStore.now()]);
  proxy.loseEverySecond("commit_2", moment);
  return { proxy, gate: createGate({ policy, store }), other: createGate({ policy, store: otherStore }) };
}

async function typesOf(gate: Gate, id: string): Promise<readonly string[]> {
  return (await Array.fromAsync(gate.history(id))).map(({ type }) => type);
}

describe.each<Moment>(["before", "after"])("connections cut %s the commit", (moment) => {
  test("a run suspends, is decided, goes on and is replayed", async () => {
    const { proxy, gate, other } = await gates(moment);
    const paid: object[] = [];
    const agent = { model: scripted([call("c", "pay", { amount: 4_200 })], "done"), tools: { pay: (args: object) => paid.push(args) } };
    const outcome = await createRunner(gate, agent).start("t", "go");
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    if (!request) throw new Error("nothing pending");
    expect(await other.decide(request, edit({ amount: 4_000 }), { by: alice })).toMatchObject({ status: "approved" });
    expect(await createRunner(other, agent).resume("t")).toMatchObject({ status: "completed", replayed: false });
    expect(await createRunner(gate, agent).resume("t")).toMatchObject({ status: "completed", replayed: true });
    expect(paid).toEqual([{ amount: 4_000 }]);
    expect(proxy.cuts).toBeGreaterThanOrEqual(5);
    expect(await typesOf(gate, request.id)).toEqual(["asked", "approved", "claimed", "done"]);
    await gate.verify();
  });

  test("asked and executed by hand, by many at once: recorded once, run once, and all get the result", async () => {
    const { gate, other } = await gates(moment);
    const asking = { threadId: "t", tool: "pay", args: { amount: 1 }, key: "invoice-88" };
    const [asked, again] = await Promise.all([gate.ask(asking), other.ask(asking)]);
    if (asked.status !== "pending") throw new Error(asked.status);
    expect(again).toMatchObject({ id: asked.id, status: "pending" });
    await gate.decide(asked.request, approve(), { by: alice });
    const ticket = await gate.ask(asking);
    if (ticket.status !== "approved") throw new Error(ticket.status);
    let runs = 0;
    const executions = [gate, other, gate, other].map((one) => one.execute(ticket, () => ++runs));
    expect(await Promise.all(executions)).toEqual([1, 1, 1, 1]);
    expect(await typesOf(gate, asked.id)).toEqual(["asked", "approved", "claimed", "done"]);
  });

  test("two who decide at once: one wins and is told so, the other is told who won", async () => {
    const { gate, other } = await gates(moment);
    for (let n = 0; n < 5; n++) {
      const asked = await gate.ask({ threadId: "t", tool: "pay", args: { amount: n }, key: `invoice-${n}` });
      if (asked.status !== "pending") throw new Error(asked.status);
      const votes = await Promise.allSettled([
        gate.decide(asked.request, approve(), { by: alice }),
        other.decide(asked.request, reject("no"), { by: bob }),
      ]);
      const now = await gate.get(asked.id);
      const winner = now?.status === "approved" ? 0 : 1;
      expect(now?.decisions).toMatchObject([{ by: winner === 0 ? alice : bob }]);
      expect(votes[winner]).toMatchObject({ status: "fulfilled", value: { status: now?.status } });
      expect(votes[1 - winner]).toMatchObject({
        reason: { code: "ALREADY_DECIDED", details: { winner: { by: winner === 0 ? alice : bob } } },
      });
    }
  });
});
