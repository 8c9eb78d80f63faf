import { approve, createGate, definePolicy, edit, isCountersignError, reject, type ErrorCode, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const policy = definePolicy({
  tools: {
    pay: {
      args: z.object({ amount: z.number().positive(), to: z.string(), on: z.coerce.date().optional() }),
      deny: ({ args }) => args.amount > 100_000,
      ask: ({ args }) => args.amount > 1_000 && "over 1,000",
      review: { roles: ["finance"], expiresIn: "48h" },
    },
    wire: { ask: true, review: { quorum: 2 } },
    wipe: { ask: true, review: { fourEyes: true, decisions: ["approve", "reject"], executeWithin: "1h" } },
    send: { ask: true, idempotent: true },
  },
});
const alice: Principal = { id: "alice", roles: ["finance"] };
const bob: Principal = { id: "bob", roles: ["finance"] };
const HOUR = 3_600_000;

async function code(work: Promise<unknown> | (() => unknown)): Promise<ErrorCode | "none"> {
  try {
    await (typeof work === "function" ? work() : work);
    return "none";
  } catch (error) {
    if (isCountersignError(error)) return error.code;
    throw error;
  }
}
const payment = { threadId: "job-1", key: "p-1", tool: "pay", args: { amount: 4_200, to: "Acme" } } as const;

async function asked(gate = testGate(policy)) {
  const approval = await gate.ask(payment);
  if (approval.status !== "pending") throw new Error(approval.status);
  return { gate, request: approval.request };
}

describe("deciding", () => {
  it("approves exactly what was proposed, executes it once and replays the result", async () => {
    const { gate, request } = await asked();
    const decided = await gate.decide(request, approve(), { by: alice });
    expect(decided).toMatchObject({ status: "approved", approvedArgs: payment.args, execution: "none" });
    const ran: unknown[] = [];
    const ticket = await gate.ask(payment);
    if (ticket.status !== "approved") throw new Error(ticket.status);
    const run = () => gate.execute(ticket, (args, { idempotencyKey }) => (ran.push([args, idempotencyKey]), "paid"));
    expect(await Promise.all([run(), run(), run()])).toEqual(["paid", "paid", "paid"]);
    expect(ran).toEqual([[payment.args, request.id]]);
    expect(gate.executed).toEqual([{ tool: "pay", args: payment.args }]);
    expect(await gate.verify()).toMatchObject({ subjects: 4 });
  });

  it("records an allowed call too and runs it without a pause", async () => {
    const gate = testGate(policy);
    const ticket = await gate.ask({ ...payment, args: { amount: 300, to: "Globex", on: "2026-01-01" } });
    expect(ticket).toMatchObject({ status: "allowed", args: { amount: 300, on: new Date("2026-01-01") }, edited: false });
    if (ticket.status !== "allowed") throw new Error();
    expect(await gate.execute(ticket, (args) => args.on?.getUTCFullYear())).toBe(2026);
  });

  it("runs the edited arguments, parsed", async () => {
    const { gate, request } = await asked();
    await gate.decide(request, edit({ ...request.args, amount: 4_000 }), { by: alice });
    const ticket = await gate.ask(payment);
    expect(ticket).toMatchObject({ status: "approved", args: { amount: 4_000, to: "Acme" }, edited: true });
  });

  it("executes nothing after a rejection", async () => {
    const { gate, request } = await asked();
    await gate.decide(request, reject("Paid in May"), { by: alice });
    expect(await gate.ask(payment)).toMatchObject({ status: "rejected", message: "Paid in May" });
    expect(await code(gate.execute({ id: request.id, args: {} }, () => "ran"))).toBe("NOT_APPROVED");
    expect(gate.executed).toEqual([]);
  });

  it.each<[string, ErrorCode, (g: Awaited<ReturnType<typeof asked>>) => Promise<unknown>]>([
    ["an unknown id", "REQUEST_NOT_FOUND", ({ gate }) => gate.decide({ id: "nope", digest: "x" }, approve(), { by: alice })],
    ["a stale digest", "ARGS_CHANGED", ({ gate, request }) => gate.decide({ id: request.id, digest: "other" }, approve(), { by: alice })],
    ["a principal without the role", "NOT_AUTHORIZED", ({ gate, request }) => gate.decide(request, approve(), { by: { id: "eve" } })],
    ["an edit that breaks the schema", "INVALID_ARGS", ({ gate, request }) => gate.decide(request, edit({ amount: "x" }), { by: alice })],
    [
      "an edit that the policy denies",
      "POLICY_DENIED",
      ({ gate, request }) => gate.decide(request, edit({ amount: 200_000, to: "Acme" }), { by: alice }),
    ],
    ["an edit with a BigInt", "NOT_JSON", ({ gate, request }) => gate.decide(request, edit({ amount: 1n, to: "Acme" }), { by: alice })],
    ["a boolean", "INVALID_ARGS", ({ gate, request }) => gate.decide(request, true as never, { by: alice })],
    [
      "a decision with an unknown key",
      "INVALID_ARGS",
      ({ gate, request }) => gate.decide(request, { type: "approve", force: true } as never, { by: alice }),
    ],
    ["a nameless principal", "INVALID_ARGS", ({ gate, request }) => gate.decide(request, approve(), { by: { id: "" } })],
    [
      "a wish to be remembered",
      "DECISION_NOT_ALLOWED",
      ({ gate, request }) => gate.decide(request, approve({ remember: { scope: "tool" } }), { by: alice }),
    ],
  ])("refuses %s and stays decidable", async (_, expected, attempt) => {
    const setting = await asked();
    const before = await setting.gate.get(setting.request.id);
    expect(await code(attempt(setting))).toBe(expected);
    expect(await setting.gate.get(setting.request.id)).toEqual(before);
    expect(await setting.gate.decide(setting.request, approve(), { by: alice })).toMatchObject({ status: "approved" });
  });

  it("tells the loser who won, and lets the same vote pass", async () => {
    const { gate, request } = await asked();
    await gate.decide(request, approve(), { by: alice });
    const version = (await gate.get(request.id))?.version;
    await gate.decide(request, approve(), { by: alice });
    expect((await gate.get(request.id))?.version).toBe(version);
    const error = await gate.decide(request, reject("no"), { by: bob }).catch((e: unknown) => e);
    expect(isCountersignError(error, "ALREADY_DECIDED") && error.details.winner?.by.id).toBe("alice");
  });

  it("has one winner among fifty", async () => {
    const { gate, request } = await asked();
    const votes = Array.from({ length: 50 }, (_, i) =>
      code(gate.decide(request, i % 2 ? approve() : reject("no"), { by: { id: `r${i}`, roles: ["finance"] } })),
    );
    const codes = await Promise.all(votes);
    expect(codes.filter((c) => c === "none")).toHaveLength(1);
    expect(codes.filter((c) => c === "ALREADY_DECIDED")).toHaveLength(49);
  });

  it("expires an overdue request then and there", async () => {
    const { gate, request } = await asked();
    gate.advance(48 * HOUR);
    expect(await code(gate.decide(request, approve(), { by: alice }))).toBe("EXPIRED");
    expect(await gate.get(request.id)).toMatchObject({ status: "expired" });
    expect(await code(gate.decide(request, approve(), { by: alice }))).toBe("ALREADY_DECIDED");
    expect(await gate.ask(payment)).toMatchObject({ status: "expired" });
  });
});

describe("terms", () => {
  const wire = { threadId: "w", key: "w-1", tool: "wire", args: { amount: 1 } } as const;
  async function wired() {
    const gate = testGate(policy);
    const approval = await gate.ask(wire);
    if (approval.status !== "pending") throw new Error();
    return { gate, request: approval.request };
  }

  it("counts two people, and one person once", async () => {
    const { gate, request } = await wired();
    expect(await gate.decide(request, approve(), { by: alice })).toMatchObject({ status: "pending" });
    expect(await gate.decide(request, approve(), { by: alice })).toMatchObject({ status: "pending" });
    expect((await gate.list({ reviewableBy: alice })).items).toEqual([]);
    expect((await gate.list({ reviewableBy: bob })).items).toHaveLength(1);
    expect(await gate.decide(request, approve(), { by: bob })).toMatchObject({ status: "approved" });
  });

  it("starts the count anew with an edit, which is its author's vote", async () => {
    const { gate, request } = await wired();
    await gate.decide(request, approve(), { by: alice });
    const edited = await gate.decide(request, edit({ amount: 2 }), { by: bob });
    expect(edited).toMatchObject({ status: "pending", proposal: { args: { amount: 2 }, by: { id: "bob" } } });
    expect(await code(gate.decide(request, approve(), { by: { id: "carol" } }))).toBe("ARGS_CHANGED");
    expect(await gate.decide(request, edit({ amount: 2 }), { by: bob })).toMatchObject({ version: edited.version });
    expect(await gate.decide(edited, approve(), { by: alice })).toMatchObject({ status: "approved", approvedArgs: { amount: 2 } });
  });

  it("does not count a signature again when an edit restores the arguments it was on", async () => {
    const { gate, request } = await wired();
    await gate.decide(request, approve(), { by: alice });
    const edited = await gate.decide(request, edit({ amount: 2 }), { by: bob });
    const restored = await gate.decide(edited, edit({ amount: 1 }), { by: { id: "carol" } });
    expect(restored).toMatchObject({ status: "pending", proposal: { digest: request.proposal.digest } });
  });

  const wipe = { threadId: "x", key: "x-1", tool: "wipe", args: {}, requestedBy: "alice" } as const;
  it("keeps whoever asked from signing, and refuses to ask without knowing them", async () => {
    const gate = testGate(policy);
    const approval = await gate.ask(wipe);
    if (approval.status !== "pending") throw new Error();
    expect(await code(gate.decide(approval.request, approve(), { by: alice }))).toBe("SELF_REVIEW");
    expect(await code(gate.decide(approval.request, edit({ x: 1 }), { by: bob }))).toBe("DECISION_NOT_ALLOWED");
    expect((await gate.list({ reviewableBy: alice })).items).toEqual([]);
    expect(await gate.decide(approval.request, approve(), { by: bob })).toMatchObject({ status: "approved" });
    expect(await code(gate.ask({ ...wipe, key: "x-2", requestedBy: undefined }))).toBe("SETUP");
  });

  it("lets an approval that nobody used in time expire", async () => {
    const gate = testGate(policy);
    const approval = await gate.ask(wipe);
    if (approval.status !== "pending") throw new Error();
    await gate.decide(approval.request, approve(), { by: bob });
    gate.advance(HOUR);
    expect(await code(gate.execute({ id: approval.id, args: {} }, () => "ran"))).toBe("EXPIRED");
    expect(gate.executed).toEqual([]);
  });
});

describe("executions", () => {
  async function approved(tool: "pay" | "send") {
    const gate = testGate(policy);
    const approval = await gate.ask({ ...payment, tool, args: payment.args });
    if (approval.status !== "pending") throw new Error();
    await gate.decide(approval.request, approve(), { by: alice });
    return { gate, ticket: { id: approval.id, args: payment.args } };
  }

  it("records a failure and never retries it by itself", async () => {
    const { gate, ticket } = await approved("pay");
    let runs = 0;
    const fail = () => {
      runs++;
      throw new Error("bank closed");
    };
    await expect(gate.execute(ticket, fail)).rejects.toThrow("bank closed");
    await expect(gate.execute(ticket, fail)).rejects.toThrow("bank closed");
    expect(runs).toBe(1);
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "failed", receipt: { status: "failed", error: "bank closed" } });
  });

  it("makes a lapsed claim unknown, and lets a person settle it", async () => {
    const { gate, ticket } = await approved("pay");
    void gate.execute(ticket, () => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 10));
    gate.advance(61_000);
    expect(await code(gate.execute(ticket, () => "second"))).toBe("EXECUTION_UNKNOWN");
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "unknown", receipt: { status: "unknown" } });
    expect(await code(gate.settle(ticket.id, { executed: "x" }, { by: { id: "eve" } }))).toBe("NOT_AUTHORIZED");
    await gate.settle(ticket.id, { executed: "paid by phone" }, { by: alice });
    expect(await gate.execute(ticket, () => "third")).toBe("paid by phone");
    expect(await code(gate.settle(ticket.id, { retry: true }, { by: alice }))).toBe("CONFLICT");
  });

  it("runs again after a settled retry, under the same idempotency key", async () => {
    const { gate, ticket } = await approved("pay");
    void gate.execute(ticket, () => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 10));
    gate.advance(61_000);
    await gate.settle(ticket.id, { retry: true }, { by: alice });
    expect(await gate.execute(ticket, (_, call) => `${call.attempt} ${call.idempotencyKey === ticket.id}`)).toBe("2 true");
  });

  it("retries an idempotent call by itself", async () => {
    const { gate, ticket } = await approved("send");
    void gate.execute(ticket, () => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 10));
    gate.advance(61_000);
    expect(await gate.execute(ticket, (_, call) => call.attempt)).toBe(2);
  });

  it.each([
    ["a bigint", 5n],
    ["bytes", { png: new Uint8Array([137]), at: new Date(0), none: undefined }],
    ["nothing", undefined],
    ["null", null],
  ])("gives a result back as it was: %s", async (_, result) => {
    const { gate, ticket } = await approved("pay");
    expect(await gate.execute(ticket, () => result)).toStrictEqual(result);
    expect(await gate.execute(ticket, () => "another")).toStrictEqual(result);
    expect((await gate.get(ticket.id))?.receipt).toMatchObject({ status: "done", result });
  });

  const cyclic: { to?: unknown } = {};
  cyclic.to = { from: cyclic };
  it.each([
    ["a cycle", cyclic, "to.from has no JSON"],
    ["a function", () => {}, "it has no JSON"],
    ["what shows nothing of itself", new WeakMap(), "it has no JSON"],
  ])("says so where a result can't be kept: %s", async (_, result, why) => {
    const { gate, ticket } = await approved("pay");
    expect(await gate.execute(ticket, () => result)).toBe(result);
    expect(await gate.execute(ticket, () => "another")).toContain(why);
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "done" });
  });

  it("withdraws what was not begun, and nothing else", async () => {
    const { gate, ticket } = await approved("pay");
    expect(await gate.cancel(ticket.id, { by: bob, reason: "wrong vendor" })).toMatchObject({ status: "cancelled" });
    expect(await code(gate.execute(ticket, () => "ran"))).toBe("NOT_APPROVED");
    const other = await approved("pay");
    await other.gate.execute(other.ticket, () => "paid");
    expect(await code(other.gate.cancel(other.ticket.id, { by: bob, reason: "late" }))).toBe("ALREADY_DECIDED");
  });
});

describe("waiting", () => {
  it("hears a decision, times out, and finds a decision that came first", async () => {
    const { gate, request } = await asked();
    expect(await code(gate.wait(request.id, { timeout: 30 }))).toBe("TIMEOUT");
    const waiting = gate.wait(request.id);
    await gate.decide(request, approve(), { by: alice });
    expect(await waiting).toMatchObject({ status: "approved" });
    expect(await gate.wait(request.id)).toMatchObject({ status: "approved" });
    expect(await code(gate.wait("nope"))).toBe("REQUEST_NOT_FOUND");
  });
});

describe("setting up", () => {
  it("refuses what is no store and what is no policy", async () => {
    expect(await code(() => createGate({ store: {} as never }))).toBe("SETUP");
    expect(await code(() => createGate({ store: memoryStore(), policy: { hash: "x" } as never }))).toBe("SETUP");
    expect(await code(() => createGate({ store: memoryStore(), reviewWithin: "soon" as never }))).toBe("SETUP");
    expect(await code(createGate({ store: memoryStore() }).ask({ threadId: "t", tool: "x", args: {}, key: "k" }))).toBe("SETUP");
  });

  it("warns when nothing could ever answer", () => {
    const warnings: string[] = [];
    const warn = (message: string): unknown => warnings.push(message);
    createGate({ store: memoryStore(), policy, warn });
    expect(warnings).toHaveLength(1);
    createGate({ store: memoryStore(), policy: definePolicy({ default: "allow" }), warn });
    expect(warnings).toHaveLength(1);
  });
});
