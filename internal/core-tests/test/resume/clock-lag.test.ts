// A store's clock may lag a little behind the one that it judges leases by. No process may believe in its lease for longer than others do.
import { approve, CountersignError, createGate, definePolicy, isCountersignError } from "@countersign/core";
import { CLOCK_LAG, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const LEASE = 60_000;
const policy = definePolicy({ default: "ask", tools: { read: "allow" } });
const by = { id: "alice" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
});

const advance = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

/** What `now()` tells is as late as is allowed, and something happens once a commit with an event of this type is written. */
function lagging(type: string, happens: () => void): StorePort {
  const inner = memoryStore();
  const commit: StorePort["commit"] = async (batch) => {
    const committed = await inner.commit(batch);
    if (batch.events.some((event) => event.type === type)) happens();
    return committed;
  };
  const readThread: StorePort["readThread"] = async (...of) => ({ ...(await inner.readThread(...of)), now: Date.now() - CLOCK_LAG });
  return { ...inner, commit, readThread, now: async () => Date.now() - CLOCK_LAG };
}

/** The attempts in which a signed call's effect began. */
async function attemptsOn(store: StorePort): Promise<readonly number[]> {
  const gate = createGate({ policy, store, warn: () => {} });
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by });
  const attempts: number[] = [];
  await gate.execute({ id: asked.id, args: {} }, (_, { attempt }) => attempts.push(attempt));
  return attempts;
}

it("a claim isn't believed in once others may take it", async () => {
  let claims = 0;
  const store = lagging("claimed", () => {
    if (++claims === 1) advance(LEASE - CLOCK_LAG);
  });
  expect(await attemptsOn(store)).toEqual([2]);
});

it("a claim whose answer came late isn't believed in for what is left of it by a clock that lags", async () => {
  let claims = 0;
  const store = lagging("claimed", () => {
    if (++claims > 1) return;
    // Its lease was written by the lagging clock: it is over by now, and that clock says that some of it is left.
    advance(LEASE - CLOCK_LAG * 0.75);
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
  });
  expect(await attemptsOn(store)).toEqual([2]);
});

it("a thread isn't believed in once others may take it", async () => {
  const store = lagging("started", () => advance(LEASE - CLOCK_LAG));
  const gate = createGate({ policy, store, warn: () => {} });
  const ran: string[] = [];
  const runner = createRunner(gate, { model: scripted([call("1", "read", {})]), tools: { read: () => ran.push("read") } });
  const code = await runner.start("t", "go").then(
    () => "none",
    (error: unknown) => isCountersignError(error) && error.code,
  );
  expect([code, ran]).toEqual(["LEASE_LOST", []]);
});

it("a lease that is no longer than the lag is still one", async () => {
  const gate = createGate({ policy, store: memoryStore(), timings: { lease: CLOCK_LAG }, warn: () => {} });
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by });
  expect(await gate.execute({ id: asked.id, args: {} }, () => "paid")).toBe("paid");
});
