import { approve, createGate, definePolicy, edit, reject, type Gate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";

const policy = definePolicy({ tools: { pay: "ask" } });
const alice = { by: { id: "alice" } };
const warn = (): void => {};

/** A gate as JavaScript has it: nothing is checked before it is called. */
type Loose = { readonly [K in keyof Gate]: (...given: readonly unknown[]) => unknown };

async function gateWithRequest() {
  const gate = createGate({ policy, store: memoryStore(), warn });
  const asked = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 5 }, key: "1" });
  if (asked.status !== "pending") throw new Error(asked.status);
  return { gate: gate as unknown as Loose, request: asked.request };
}

type Asked = Awaited<ReturnType<typeof gateWithRequest>>;

const SEEN = "Pass the request that was shown, or what it was: gate.decide({ id, digest: request.proposal.digest }, approve(), { by }).";
const BY = 'Say who decides: gate.decide(request, approve(), { by: { id: "alice" } }).';
const DECISION = "Pass what approve(), edit(args) or reject(message) returns.";

test.each<[string, (asked: Asked) => unknown, string]>([
  ["decide without `by`", ({ gate, request }) => gate.decide(request, approve()), `Invalid: options: missing. ${BY}`],
  ["an empty `by`", ({ gate, request }) => gate.decide(request, approve(), {}), `Invalid: options.by: missing. ${BY}`],
  ["`by` a text", ({ gate, request }) => gate.decide(request, approve(), { by: "alice" }), `Invalid: options.by: expected an object, got "alice". ${BY}`], // prettier-ignore
  ["`by` without an id", ({ gate, request }) => gate.decide(request, approve(), { by: { name: "Alice" } }), `Invalid: options.by.id: missing. ${BY}`], // prettier-ignore
  ["options a list", ({ gate, request }) => gate.decide(request, approve(), [alice]), `Invalid: options: expected an object, got a list. ${BY}`], // prettier-ignore
  ["approve isn't called", ({ gate, request }) => gate.decide(request, approve, alice), `Invalid: decision: expected an object, got a function. ${DECISION}`], // prettier-ignore
  ["a boolean decides", ({ gate, request }) => gate.decide(request, true, alice), `Invalid: decision: expected an object, got true. ${DECISION}`], // prettier-ignore
  ["an unknown decision", ({ gate, request }) => gate.decide(request, { type: "aprove" }, alice), `Invalid: decision.type: expected "approve", "edit" or "reject", got "aprove". ${DECISION}`], // prettier-ignore
  ["no decision", ({ gate, request }) => gate.decide(request), `Invalid: options: missing. ${BY}`],
  ["a bare id", ({ gate, request }) => gate.decide(request.id, approve(), alice), `Invalid: request: got "id". ${SEEN}`],
  ["an id without its digest", ({ gate }) => gate.decide({ id: "r" }, approve(), alice), `Invalid: request: got an object. ${SEEN}`],
  ["nothing that was seen", ({ gate }) => gate.decide(undefined, approve(), alice), `Invalid: request: missing. ${SEEN}`],

  ["cancel without a reason", ({ gate, request }) => gate.cancel(request.id, alice), 'Invalid: options.reason: missing. Say who does it, and why: gate.cancel(request.id, { by: { id: "alice" }, reason: "not needed any more" }).'], // prettier-ignore
  ["cancel a request, not its id", ({ gate, request }) => gate.cancel(request, { ...alice, reason: "late" }), "Invalid: id: expected an id, got an object. Write gate.cancel(request.id, { by, reason })."], // prettier-ignore
  ["freeze nothing", ({ gate }) => gate.freeze(undefined, { ...alice, reason: "x" }), 'Invalid: scope: missing. Name what to freeze, { tool: "pay" } or { agent: "payments" }; {} freezes the whole tenant.'], // prettier-ignore
  ["freeze by name", ({ gate }) => gate.freeze("pay", { ...alice, reason: "x" }), 'Invalid: scope: expected an object, got "pay". Name what to freeze, { tool: "pay" } or { agent: "payments" }; {} freezes the whole tenant.'], // prettier-ignore
  ["freeze a misspelt scope", ({ gate }) => gate.freeze({ tol: "pay" }, { ...alice, reason: "x" }), 'Invalid: scope: there is no tol here. Name what to freeze, { tool: "pay" } or { agent: "payments" }; {} freezes the whole tenant.'], // prettier-ignore
  ["freeze without options", ({ gate }) => gate.freeze({ tool: "pay" }), 'Invalid: options: missing. Say who does it, and why: gate.freeze({ tool: "pay" }, { by: { id: "alice" }, reason: "wrong bank details" }).'], // prettier-ignore
  ["freeze until a time that nobody looks at", ({ gate }) => gate.freeze({ tool: "pay" }, { ...alice, reason: "x", until: 5 }), 'Invalid: options: there is no until here. Say who does it, and why: gate.freeze({ tool: "pay" }, { by: { id: "alice" }, reason: "wrong bank details" }).'], // prettier-ignore
  ["decide with a misspelt option", ({ gate, request }) => gate.decide(request, approve(), { ...alice, bacth: "b" }), 'Invalid: options: there is no bacth here. Say who decides: gate.decide(request, approve(), { by: { id: "alice" } }).'], // prettier-ignore
  ["lift for a reason that nobody keeps", ({ gate }) => gate.liftFreeze("f", { ...alice, reason: "x" }), 'Invalid: options: there is no reason here. Say who does it: gate.liftFreeze(freeze.id, { by: { id: "alice" } }).'], // prettier-ignore
  ["lift without options", ({ gate }) => gate.liftFreeze("f"), 'Invalid: options: missing. Say who does it: gate.liftFreeze(freeze.id, { by: { id: "alice" } }).'], // prettier-ignore
  ["lift a freeze, not its id", ({ gate }) => gate.liftFreeze({ id: "f" }, alice), "Invalid: id: expected an id, got an object. Write gate.liftFreeze(freeze.id, { by })."], // prettier-ignore
  ["revoke without `by`", ({ gate }) => gate.revokeGrant("g", "alice"), 'Invalid: options: expected an object, got "alice". Say who does it: gate.revokeGrant(grant.id, { by: { id: "alice" } }).'], // prettier-ignore
  ["settle without options", ({ gate, request }) => gate.settle(request.id, { retry: true }), 'Invalid: options: missing. Say who does it: gate.settle(request.id, { retry: true }, { by: { id: "alice" } }).'], // prettier-ignore
  ["settle with a word", ({ gate, request }) => gate.settle(request.id, "done", alice), 'Invalid: outcome: got "done". Say what you found out: { executed: result }, { retry: true } or { failed: "why" }.'], // prettier-ignore
  [
    "purge without an age",
    ({ gate }) => gate.purge(),
    'Invalid: options: missing. Write gate.purge({ olderThan: "90d", by: { id: "alice" } }).',
  ],
  ["purge with no duration", ({ gate }) => gate.purge({ ...alice, olderThan: "3 months" }), 'Invalid: options.olderThan: expected a duration: milliseconds above 0, or text such as "90s", "15m", "48h" or "3d"; 36500d at most. Write gate.purge({ olderThan: "90d", by: { id: "alice" } }).'], // prettier-ignore
  ["purge by nobody", ({ gate }) => gate.purge({ olderThan: "90d" }), 'Invalid: options.by: missing. Write gate.purge({ olderThan: "90d", by: { id: "alice" } }).'], // prettier-ignore
  ["cancel from a misspelt place", ({ gate, request }) => gate.cancel(request.id, { ...alice, reason: "late", origin: { hostname: "desk" } }), 'Invalid: options.origin: there is no hostname here. Say who does it, and why: gate.cancel(request.id, { by: { id: "alice" }, reason: "not needed any more" }).'], // prettier-ignore
  ["get nothing", ({ gate }) => gate.get(undefined), "Invalid: id: missing. Write gate.get(request.id)."],
  ["get a list", ({ gate }) => gate.get(["r"]), "Invalid: id: expected an id, got a list. Write gate.get(request.id)."],
  ["wait for a request", ({ gate, request }) => gate.wait(request), 'Invalid: id: expected an id, got an object. Write gate.wait(request.id, { timeout: "15m" }).'], // prettier-ignore
  ["wait with a controller", ({ gate, request }) => gate.wait(request.id, { signal: new AbortController() }), 'Invalid: options.signal: expected a signal: controller.signal, or AbortSignal.timeout(1_000). Write gate.wait(request.id, { timeout: "15m" }).'], // prettier-ignore
  ["wait for no duration", ({ gate, request }) => gate.wait(request.id, { timeout: "soon" }), 'Invalid: timeout: got "soon". Write milliseconds, or text such as "90s" or "15m".'], // prettier-ignore
  ["wait with a misspelt option", ({ gate, request }) => gate.wait(request.id, { timout: "1s" }), 'Invalid: options: there is no timout here. Write gate.wait(request.id, { timeout: "15m" }).'], // prettier-ignore
  ["list by a word", ({ gate }) => gate.list("pending"), 'Invalid: query: expected an object, got "pending". Write conditions such as gate.list({ status: "pending" }), or none.'], // prettier-ignore
  ["list by a misspelt status", ({ gate }) => gate.list({ status: "aproved" }), 'Invalid: query.status: expected "pending", "approved", "rejected", "expired" or "cancelled", got "aproved". Write conditions such as gate.list({ status: "pending" }), or none.'], // prettier-ignore
  ["list by what is no condition", ({ gate }) => gate.list({ state: "pending" }), 'Invalid: query: there is no state here. Write conditions such as gate.list({ status: "pending" }), or none.'], // prettier-ignore
  ["threads by a misspelt state", ({ gate }) => gate.threads({ state: "failed" }), 'Invalid: query.state: expected "ready", "running", "suspended", "idle", "failing" or "closed", got "failed". Write gate.threads({ state: "failing" }), or no state for all of them.'], // prettier-ignore
  ["duplicates of an id", ({ gate, request }) => gate.duplicates(request.id), 'Invalid: request: expected an object, got "id". Pass the request itself: gate.duplicates(request).'], // prettier-ignore
  ["ask nothing", ({ gate }) => gate.ask(), 'Invalid: call: missing. Write gate.ask({ threadId: "invoice-7", tool: "pay", args: { amount: 5 }, key: "invoice-7" }).'], // prettier-ignore
  ["ask for a misspelt requester", ({ gate }) => gate.ask({ threadId: "t", tool: "pay", args: {}, key: "2", requestdBy: "bob" }), 'Invalid: call: there is no requestdBy here. Write gate.ask({ threadId: "invoice-7", tool: "pay", args: { amount: 5 }, key: "invoice-7" }).'], // prettier-ignore
  ["grants of a misspelt condition", ({ gate }) => gate.grants({ tol: "pay" }), 'Invalid: query: there is no tol here. Write gate.grants({ tool: "pay" }), or no condition.'], // prettier-ignore
  ["grants by a word", ({ gate }) => gate.grants("pay"), 'Invalid: query: expected an object, got "pay". Write gate.grants({ tool: "pay" }), or no condition.'], // prettier-ignore
  ["verify by a misspelt option", ({ gate }) => gate.verify({ aganst: [] }), "Invalid: options: there is no aganst here. Write gate.verify({ against: events }), or no options."], // prettier-ignore
  ["verify by the events themselves", ({ gate }) => gate.verify((async function* () {})()), "Invalid: options: expected an object, got the events themselves. Write gate.verify({ against: events }), or no options."], // prettier-ignore
  ["verify against a file's name", ({ gate }) => gate.verify({ against: "trail.ndjson" }), "Invalid: options.against: expected events that can be gone through. Write gate.verify({ against: events }), or no options."], // prettier-ignore
  ["execute without a ticket", ({ gate }) => gate.execute(undefined, () => "paid"), "Invalid: approval: missing. Write gate.execute(approval, (args) => pay(args)) with what gate.ask answered."], // prettier-ignore
  ["execute nothing", ({ gate, request }) => gate.execute(request), "Invalid: effect: missing. Write gate.execute(approval, (args) => pay(args)) with what gate.ask answered."], // prettier-ignore
])("a move with a mistake says what to pass: %s", async (_, move, message) => {
  const asked = await gateWithRequest();
  const error = await Promise.resolve()
    .then(() => move(asked))
    .then(String, (thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGS", message: message.replaceAll('"id"', `"${asked.request.id}"`) });
});

test("the chain of nothing", () => {
  const gate = createGate({ policy, store: memoryStore(), warn }) as unknown as Loose;
  expect(() => gate.history(undefined)).toThrow("Invalid: id: missing. Write gate.history(request.id).");
});

test("what came with a decision can't make another one of it", () => {
  const smuggled = { type: "edit", args: { amount: 9_000 }, message: "yes" } as object;
  expect([approve(smuggled), edit({ amount: 5 }, smuggled), reject("no", smuggled)]).toMatchObject([
    { type: "approve" },
    { type: "edit", args: { amount: 5 } },
    { type: "reject", message: "no" },
  ]);
});
