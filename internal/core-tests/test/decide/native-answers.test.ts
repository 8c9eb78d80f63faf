// What one answer of a framework's own says about several requests: decided in one write, or not at all.
import { approve, createGate, definePolicy, edit, isCountersignError, reject, type Gate, type Principal } from "@countersign/core";
import { decideAnswers, openThread, type NativeAnswer, type ProposedCall } from "@countersign/core/adapter";
import { CountersignError, type Batch, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const alice: Principal = { id: "alice", roles: ["finance"] };
const bob: Principal = { id: "bob", roles: ["finance"] };
const Amount = z.object({ amount: z.number() });
const policy = definePolicy({
  tools: {
    note: "ask",
    pay: { args: Amount, deny: ({ args }) => args.amount > 9_000, ask: true, review: { roles: ["finance"] } },
    wire: { args: Amount, ask: true, review: { quorum: 2 } },
    brief: { ask: true, review: { expiresIn: "1h" } },
    // 10,000 in a thread.
    count: {
      args: Amount,
      history: true,
      ask: true,
      deny: ({ history, args }) => history.sum("args.amount") + args.amount > 10_000,
    },
  },
});

async function asked(tools: readonly string[], { store = memoryStore(), now }: { store?: StorePort; now?: () => number } = {}) {
  const gate: Gate = createGate({ policy, store, warn: () => {}, ...(now ? { now } : {}) });
  const calls = tools.map((tool, index): ProposedCall => ({ turnId: "m", callId: `${index}`, tool, args: { amount: 4_000 } }));
  const requests = await openThread(gate, { threadId: "t", agent: "a", framework: "f" }).suspend(calls, null);
  const take = (answers: readonly NativeAnswer[], by: Principal = alice, threadId = "t") => decideAnswers(gate, answers, { threadId, by });
  const statuses = async () => Promise.all(requests.map(async ({ id }) => (await gate.get(id))?.status));
  return { gate, requests, ids: requests.map(({ id }) => id), take, statuses };
}
const yes = (ids: readonly string[]): NativeAnswer[] => ids.map((id) => ({ id, decision: approve() }));
const at = (ids: readonly string[], index: number): string => ids[index] ?? "";
const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const codeOf = async (work: Promise<unknown>) => ((await thrownBy(work)) as CountersignError | undefined)?.code ?? "none";

/** The same store, and every commit that decides something. */
function watching(
  store: StorePort,
  around: (commit: () => ReturnType<StorePort["commit"]>, batch: Batch) => ReturnType<StorePort["commit"]>,
) {
  const decides = ({ events }: Batch) => events.some(({ type }) => ["approved", "rejected", "voted"].includes(type));
  return new Proxy(store, {
    get(target, name) {
      if (name !== "commit") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      }
      return (batch: Batch) => (decides(batch) ? around(() => target.commit(batch), batch) : target.commit(batch));
    },
  });
}

describe("several answers", () => {
  it("are decided in one write, each with its own event, and the thread is free to go on", async () => {
    const batches: Batch[] = [];
    const store = watching(memoryStore(), (commit, batch) => (batches.push(batch), commit()));
    const { gate, ids, take } = await asked(["note", "pay", "note"], { store });
    const decided = await take([...yes(ids.slice(0, 2)), { id: at(ids, 2), decision: reject("no") }]);
    expect(decided.map(({ status, decisions }) => [status, decisions[0]?.by.id])).toEqual([
      ["approved", "alice"],
      ["approved", "alice"],
      ["rejected", "alice"],
    ]);
    expect(batches.map(({ events }) => events.map(({ type }) => type))).toEqual([["approved", "approved", "rejected"]]);
    expect(await store.getThread("default", "t")).toMatchObject({ open: 0 });
    await gate.verify();
  });

  it.each<[string, string, NativeAnswer["decision"], string, Principal?]>([
    ["for want of a role", "pay", approve(), "NOT_AUTHORIZED", { id: "mallory" }],
    ["because the policy denies its edit", "pay", edit({ amount: 10_000 }), "POLICY_DENIED"],
    ["because its edit doesn't parse", "pay", edit({ amount: "much" }), "INVALID_ARGS"],
    ["because it is no decision", "pay", true as never, "INVALID_ARGS"],
    ["because nobody may remember it", "pay", approve({ remember: { scope: "tool" } }), "DECISION_NOT_ALLOWED"],
  ])("are all refused if one is %s", async (_why, tool, decision, code, by = alice) => {
    const { ids, take, statuses } = await asked(["note", tool, "note"]);
    const answers = yes(ids).map((answer, index) => (index === 1 ? { ...answer, decision } : answer));
    expect(await codeOf(take(answers, by))).toBe(code);
    expect(await statuses()).toEqual(["pending", "pending", "pending"]);
    expect(await codeOf(take(yes(ids)))).toBe("none");
  });

  it("are all refused if one is overdue, which then expires", async () => {
    let time = 1_000;
    const { ids, take, statuses } = await asked(["note", "brief"], { now: () => time });
    time += 3_600_000;
    expect(await codeOf(take(yes(ids)))).toBe("EXPIRED");
    expect(await statuses()).toEqual(["pending", "expired"]);
  });

  it("are all refused if one becomes overdue by the store's own clock while they are written", async () => {
    let late = true;
    const store = watching(memoryStore(), (commit) => (late ? Promise.resolve({ ok: false, reason: "TOO_LATE" }) : commit()));
    const { ids, take, statuses } = await asked(["note", "brief"], { store });
    expect(await codeOf(take(yes(ids)))).toBe("EXPIRED");
    expect(await statuses()).toEqual(["pending", "expired"]);
    late = false;
    expect(await codeOf(take(yes(ids.slice(0, 1))))).toBe("none");
  });

  it("are all refused, by name, if somebody else was faster with one: the cause names the winner", async () => {
    const { gate, requests, ids, take, statuses } = await asked(["note", "note"]);
    await gate.decide(requests[1] ?? { id: "", digest: "" }, reject("no"), { by: bob });
    const error = await thrownBy(take(yes(ids)));
    expect(isCountersignError(error, "NATIVE_REFUSED")).toBe(true);
    const { cause } = error as Error;
    expect(isCountersignError(cause, "ALREADY_DECIDED") && cause.details.winner?.by.id).toBe("bob");
    expect(await statuses()).toEqual(["pending", "rejected"]);
  });

  it("of two people at once are never mixed: one of them decides all, the other is refused", async () => {
    const { gate, ids, take } = await asked(["note", "note", "note"]);
    const no = ids.map((id) => ({ id, decision: reject("no") })).toReversed();
    const codes = await Promise.all([codeOf(take(yes(ids))), codeOf(take(no, bob))]);
    expect(codes.toSorted()).toEqual(["NATIVE_REFUSED", "none"]);
    const [first, ...rest] = new Set((await gate.list()).items.map(({ status, decisions }) => `${status} by ${decisions[0]?.by.id}`));
    expect([["approved by alice", "rejected by bob"].includes(first ?? ""), rest]).toEqual([true, []]);
  });

  it("are applied again when somebody's vote on one comes in between", async () => {
    const others: (() => Promise<unknown>)[] = [];
    const store = watching(memoryStore(), async (commit) => (await others.pop()?.(), commit()));
    const { gate, requests, ids, take } = await asked(["wire", "note"], { store });
    others.push(() => gate.decide(requests[0] ?? { id: "", digest: "" }, approve(), { by: bob }));
    expect((await take(yes(ids))).map(({ status, decisions }) => [status, decisions.map(({ by }) => by.id)])).toEqual([
      ["approved", ["bob", "alice"]],
      ["approved", ["alice"]],
    ]);
  });

  it("count once when the store's answer is lost", async () => {
    let lost = 0;
    const store = watching(memoryStore(), async (commit) => {
      const committed = await commit();
      if (lost++ === 0) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      return committed;
    });
    const { gate, ids, take } = await asked(["note", "wire"], { store });
    expect((await take(yes(ids))).map(({ decisions }) => decisions.length)).toEqual([1, 1]);
    expect(lost).toBe(1);
    await gate.verify();
  });

  it("that edit under a rule that counts are counted one after the other", async () => {
    const { gate, ids, take, statuses } = await asked(["count", "count"]);
    const to = (...amounts: number[]) => amounts.map((amount, index) => ({ id: at(ids, index), decision: edit({ amount }) }));
    expect(await codeOf(take(to(6_000, 4_001)))).toBe("POLICY_DENIED");
    expect(await statuses()).toEqual(["pending", "pending"]);
    expect(await codeOf(take(to(6_000, 3_500)))).toBe("none");
    expect(await statuses()).toEqual(["approved", "approved"]);
    await gate.verify();
  });
});

describe("one answer", () => {
  it("again is idempotent, also beside a new one", async () => {
    const { gate, ids, take } = await asked(["wire", "note"]);
    const [first] = await take(yes(ids.slice(0, 1)));
    const [again, other] = await take(yes(ids));
    expect(again).toEqual(first);
    expect(other).toMatchObject({ status: "approved" });
    expect((await Array.fromAsync(gate.history(at(ids, 0)))).map(({ type }) => type)).toEqual(["asked", "voted"]);
  });

  it.each<[string, (ids: readonly string[]) => readonly NativeAnswer[], string?]>([
    ["nothing", () => []],
    ["one request twice", (ids) => yes([at(ids, 0), at(ids, 0)])],
    ["what nobody asked", (ids) => yes([at(ids, 0), "0".repeat(32)])],
    ["another thread's request", yes, "other"],
  ])("is refused if it answers %s", async (_what, answers, threadId) => {
    const { ids, take, statuses } = await asked(["note"]);
    expect(await codeOf(take(answers(ids), alice, threadId))).toBe("NATIVE_REFUSED");
    expect(await statuses()).toEqual(["pending"]);
  });

  it("is about the model's own arguments unless it names others: not about an edit, nor about one that was taken back", async () => {
    const { gate, ids, take } = await asked(["wire"]);
    const [voted] = await take(yes(ids));
    const edited = await gate.decide(voted ?? { id: "", digest: "" }, edit({ amount: 1_000_000 }), { by: bob });
    for (const decision of [approve(), reject("no")]) {
      const error = await thrownBy(take([{ id: at(ids, 0), decision }]));
      expect(isCountersignError(error, "NATIVE_REFUSED") && isCountersignError(error.cause, "ARGS_CHANGED")).toBe(true);
    }
    const restored = await gate.decide(edited, edit({ amount: 4_000 }), { by: bob });
    expect(await codeOf(take(yes(ids)))).toBe("NATIVE_REFUSED");
    expect(restored.proposal.digest).toBe(voted?.proposal.digest);
    const named = { id: at(ids, 0), digest: restored.proposal.digest, decision: approve() };
    expect(await take([named])).toMatchObject([{ status: "approved", approvedArgs: { amount: 4_000 } }]);
  });
});
