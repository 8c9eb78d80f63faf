// An execution that was claimed and given back before it began has not begun: deadlines and withdrawals go by that.
import { approve, createGate, createWorker, definePolicy, type Gate } from "@countersign/core";
import { leftOpen, openThread, type ProposedCall } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";

const policy = definePolicy({
  tools: { trade: { ask: true, review: { executeWithin: "5m" } }, pay: "ask", send: { ask: true, idempotent: true } },
});
const by = { id: "alice" };
const why = { by, reason: "second thoughts" };

/** A gate whose clock the test moves, and where something can happen right after the next claim. */
function betweenClaimAndEffect() {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const inner = memoryStore({ now });
  const clock = { afterClaim: (): unknown => undefined, advance: (ms: number) => void (skipped += ms) };
  const commit: StorePort["commit"] = async (batch) => {
    const committed = await inner.commit(batch);
    if (batch.events.some(({ type }) => type === "claimed")) {
      const happens = clock.afterClaim;
      clock.afterClaim = () => undefined;
      await happens();
    }
    return committed;
  };
  const store: StorePort = { ...inner, commit };
  return { clock, gate: createGate({ policy, store, now, warn: () => {} }) };
}

async function approved(gate: Gate, tool: "trade" | "pay" = "trade"): Promise<{ id: string; args: object }> {
  const asked = await gate.ask({ threadId: "t", key: "k", tool, args: {} });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by });
  return asked.request;
}
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => "none", (error: unknown) => (error as { code?: string }).code); // prettier-ignore

describe("a claim that was given back as not started", () => {
  it("runs at once, if its time isn't over", async () => {
    const { clock, gate } = betweenClaimAndEffect();
    const ticket = await approved(gate);
    clock.afterClaim = () => clock.advance(61_000);
    expect(await gate.execute(ticket, (_, { attempt }) => attempt)).toBe(2);
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "done", begun: true });
  });

  it("never runs after its deadline", async () => {
    const { clock, gate } = betweenClaimAndEffect();
    const ticket = await approved(gate);
    clock.afterClaim = () => clock.advance(301_000);
    let ran = 0;
    expect(await code(gate.execute(ticket, () => ran++))).toBe("EXPIRED");
    expect([ran, (await gate.get(ticket.id))?.status]).toEqual([0, "expired"]);
  });

  it("is expired by a sweep, and until then can be withdrawn", async () => {
    for (const end of ["expired", "cancelled"] as const) {
      const { clock, gate } = betweenClaimAndEffect();
      const ticket = await approved(gate);
      clock.afterClaim = () => gate.freeze({ tool: "trade" }, why);
      expect(await code(gate.execute(ticket, () => "ran"))).toBe("FROZEN");
      if (end === "cancelled") await gate.cancel(ticket.id, why);
      clock.advance(301_000);
      await createWorker(gate, []).drain();
      expect(await gate.get(ticket.id)).toMatchObject({ status: end, begun: false });
    }
  });

  it("stays begun if an earlier one was", async () => {
    const { clock, gate } = betweenClaimAndEffect();
    const ticket = await approved(gate);
    void gate.execute(ticket, () => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(61_000);
    await gate.settle(ticket.id, { retry: true }, { by });
    clock.afterClaim = () => clock.advance(400_000);
    expect(await gate.execute(ticket, (_, { attempt }) => attempt)).toBe(3);
  });
});

describe("a claim that its framework has parked", () => {
  async function parked() {
    const gate = testGate(policy);
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
    const proposed: ProposedCall = { turnId: "m", callId: "c", tool: "trade", args: {} };
    const [request] = await thread.suspend([proposed], null);
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by });
    const pause = new Error("paused");
    await thread.execute(proposed, () => Promise.reject(pause), { paused: (error) => error === pause }).catch(() => {});
    return { gate, request, proposed };
  }

  it("is begun: no deadline ends it, and nobody withdraws it", async () => {
    const { gate, request } = await parked();
    expect(await gate.get(request.id)).toMatchObject({ status: "approved", execution: "none", begun: true });
    gate.advance(400_000);
    await createWorker(gate, []).drain();
    expect(await code(gate.cancel(request.id, why))).toBe("ALREADY_DECIDED");
  });

  it("is told to the model as what it is, if the run leaves it open", async () => {
    const { gate, proposed } = await parked();
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
    expect(await leftOpen(thread, proposed)).toMatchObject({ status: "failed", message: expect.stringMatching(/may have run/) });
  });
});

it("an idempotent call whose process died is left as it is where its run ends, and is no failure", async () => {
  const gate = testGate(policy);
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  const proposed: ProposedCall = { turnId: "m", callId: "c", tool: "send", args: {} };
  const [request] = await thread.suspend([proposed], null);
  if (!request) throw new Error("nothing was asked");
  await gate.decide(request, approve(), { by });
  void thread.execute(proposed, () => new Promise(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const other = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  await other.recorded(proposed);
  gate.advance(61_000);
  expect(await leftOpen(other, proposed)).toMatchObject({ status: "failed", message: expect.stringMatching(/may have run/) });
  expect(await gate.get(request.id)).toMatchObject({ status: "approved", execution: "none", begun: true });
});
