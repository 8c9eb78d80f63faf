import {
  CountersignError,
  createGate,
  createWorker,
  definePolicy,
  type ApprovalRequest,
  type ErrorCode,
  type ErrorDetails,
} from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";

const request = { id: "r", tool: "pay", status: "pending", execution: "none" } as ApprovalRequest;
const approved = { ...request, status: "approved" } as ApprovalRequest;
const unknown = { ...approved, execution: "unknown" } as ApprovalRequest;
const by = { id: "bob" };
const state = { framework: "mini", saved: "format 1", running: "format 2" };

/** Any code with what it carries. */
type Case = { [C in ErrorCode]: readonly [code: C, details: ErrorDetails[C], message: string] }[ErrorCode];

const cases: readonly Case[] = [
  [
    "REQUEST_NOT_FOUND",
    { id: "r" },
    "There is no request r in this store and tenant. Check the id, and which store and tenant you look into.",
  ],
  ["ALREADY_DECIDED", { request: approved, winner: { by } as never }, "Request r (pay) is already approved by bob. Nothing was changed."],
  ["NOT_APPROVED", { request }, "Request r (pay) is pending, so it does not run."],
  ["NOT_APPROVED", { request: undefined }, "There is no recorded approval of this call, so it does not run."],
  ["PURGED", { id: "r" }, "Request r finished long ago and was purged. It does not run again. To ask anew, use another key or a new turn."],
  ["GRANT_NOT_FOUND", { id: "g" }, "There is no grant g in this store and tenant. gate.grants() lists those that there are."],
  [
    "DUPLICATE_CALL",
    { turnId: "t", callId: "c" },
    "Turn t proposes call id c twice. Nothing was recorded. Give each call an id of its own.",
  ],
  [
    "TOO_MANY_REQUESTS",
    { scope: "thread", id: "t", limit: 100, within: 60_000 },
    "More than 100 requests of the last 60 s would wait for people in thread t. Nothing was recorded, and people can still decide what waits. Have some decided, or try again later. createGate({ limits: { thread: … } }) allows more.",
  ],
  ["THREAD_BUSY", { threadId: "t" }, "Thread t is running already, here or in another process. Try again when that run has ended."],
  ["THREAD_CLOSED", { threadId: "t" }, "Thread t has ended. To go on, start it with a new input."],
  [
    "LEASE_LOST",
    { threadId: "t" },
    "Another process has taken over thread t and goes on with it. No effect was started here. You don't need to do anything.",
  ],
  ["TIMEOUT", { after: 50 }, "Nobody decided within 50 ms. The request is still pending."],
  [
    "FROZEN",
    { id: "f", by, reason: "wrong bank details", tool: "pay" },
    "pay is frozen by bob: wrong bank details. The call did not run, and its signatures stay good. Resume it when freeze f is lifted.",
  ],
  ["FREEZE_NOT_FOUND", { id: "f" }, "There is no freeze f in this store and tenant. gate.freezes() lists those in force."],
  [
    "AUDIT_BROKEN",
    { subject: "r", seq: 2, flaw: "it was changed" },
    "The audit chain of r is broken at event 2: it was changed. Keep the store as it is and compare it with a backup.",
  ],
  [
    "AUDIT_BROKEN",
    { subject: "r", seq: 1, flaw: "it is of another store", foreign: true },
    "This export does not belong to this store and tenant: it is of another store. Verify it with the store that it was made from. If that is this store, its records were removed or replaced.",
  ],
  ["ARGS_CHANGED", { request }, "Request r (pay) now has other arguments than you were shown. Look at it again, then decide."],
  [
    "EDIT_UNCHECKABLE",
    { request },
    "This process can't check an edit of r (pay): it has neither a policy nor a schema for the tool. Edit where the policy is loaded.",
  ],
  ["EXECUTION_BUSY", { request }, "Another process is executing request r (pay). Resume later to get the recorded result."],
  ["CONFLICT", { request }, "This can't be done to request r (pay) now: it is pending, and its execution is none."],
  ["EXPIRED", { request }, "Request r (pay) has expired. It did not run."],
  ["NOT_AUTHORIZED", { by, missing: ["finance", "carol"] }, "bob may not do this. It takes one of these roles or people: finance, carol."],
  ["SELF_REVIEW", { by }, "bob asked for this call, so somebody else has to sign it."],
  ["DECISION_NOT_ALLOWED", { allowed: ["approve", "reject"] }, "This decision is not offered here. Allowed: approve, reject."],
  ["POLICY_DENIED", { rule: "pay", reason: "only on Fridays" }, "The policy does not allow this (rule pay): only on Fridays."],
  ["POLICY_DENIED", { rule: "pay", reason: "The policy does not allow pay" }, "The policy does not allow pay (rule pay)."],
  [
    "NOT_JSON",
    { path: ["context", "at"] },
    "JSON has no word for what stands at context.at. Use plain objects, lists, text, finite numbers, booleans and null.",
  ],
  [
    "NATIVE_REFUSED",
    { threadId: "t", reason: "it answers nothing" },
    "The answer for thread t was refused: it answers nothing. Nothing of it was recorded. Show the calls again.",
  ],
  [
    "THREAD_SUSPENDED",
    { threadId: "t", pending: [request] },
    'Thread t waits for 1 decision(s). Resume it when they are made, or start it with pending: "cancel" to withdraw the requests.',
  ],
  [
    "THREAD_SUSPENDED",
    { threadId: "t", pending: [] },
    'Thread t has not gone on since its calls were decided. Resume it, or start it with pending: "cancel" to withdraw those that have not begun.',
  ],
  ["AGENT_UNKNOWN", { agent: "payments" }, "The thread belongs to the agent payments. Use the runner of that name."],
  ["STATE_INCOMPATIBLE", state, "This thread was saved by mini format 1, and this process runs format 2. Resume it with the old version."],
  [
    "STATE_INCOMPATIBLE",
    { ...state, saved: "mini", running: "maxi" },
    "This thread was saved by mini, and this runner is on maxi. Go on with a runner on mini.",
  ],
  [
    "STATE_INCOMPATIBLE",
    { ...state, tool: "pay", saved: "a tool pay", running: "no such tool" },
    "The tool pay has changed since this call was signed. Then: a tool pay. Now: no such tool. The call did not run, and every decision stands. Resume it with the old version.",
  ],
  [
    "STATE_NOT_SERIALIZABLE",
    { path: ["client"] },
    "The state can't be saved because of what stands at client. Put JSON there, or a date, bytes, a bigint, a Map, a Set or a URL, or leave it out.",
  ],
  [
    "EXECUTION_UNKNOWN",
    { request: unknown },
    "Request r (pay) was started, and nobody knows whether it happened. Check the outside system, then call gate.settle.",
  ],
  [
    "EXECUTION_UNKNOWN",
    { request: approved },
    "Request r (pay) was cut short, and nobody knows whether it happened. Its rule lets it be repeated: resume, and it runs again.",
  ],
  ["STORE_INCOMPATIBLE", { found: "foreign", expected: 5 }, "This is not a Countersign store. Nothing was changed in it."],
  ["STORE_INCOMPATIBLE", { found: 6, expected: 5 }, "The store has schema 6, and this version knows 5. Upgrade the package."],
  ["STORE_INCOMPATIBLE", { found: 4, expected: 5 }, "The store has schema 4, and this version needs 5."],
];

test.each(cases)("%s says what happened and what to do", (code, details, message) => {
  expect(new CountersignError(code, details as never).message).toBe(message);
});

const store = memoryStore();
const gate = createGate({ store });
const other = createGate({ policy: definePolicy({}), store: memoryStore(), warn: () => {} });

test.each<[string, () => unknown, string]>([
  [
    "a gate of nothing",
    () => createGate(undefined as never),
    "createGate got undefined in the place of its options. Write createGate({ policy, store }).",
  ],
  [
    "a misspelt option of a gate",
    () => createGate({ store, tennant: "acme" } as never),
    "createGate has no option tennant. Did you mean tenant? It has policy, store, tenant, agent, reviewer, reviewWithin, onAllowed, onInvalid, limits, timings, now, warn.",
  ],
  [
    "a misspelt option of a worker",
    () => createWorker(gate, [], { concurency: 8 } as never),
    "createWorker has no option concurency. Did you mean concurrency? It has concurrency, sweepEvery, onError, onEvent.",
  ],
  [
    "a misspelt option of a feed",
    () => createFeed(gate, { onErorr: () => {} } as never),
    "createFeed has no option onErorr. Did you mean onError? It has onError.",
  ],
  [
    "a gate without a store",
    () => createGate({} as never),
    'createGate needs a store such as sqliteStore("countersign.db"). It got something without commit().',
  ],
  [
    "a policy that nobody defined",
    () => createGate({ store, policy: { tools: {} } as never }),
    "createGate got a policy that nobody defined. Pass what definePolicy, policyFile or loadPolicy returns.",
  ],
  [
    "a name that is none",
    () => createGate({ store, tenant: "" }),
    "createGate: tenant is empty text. Write text with at least one character.",
  ],
  [
    "a limit that is none",
    () => createGate({ store, limits: { thread: 0 } }),
    "createGate: limits.thread is 0. Write a whole number from 1, or false for no limit.",
  ],
  [
    "a time that is none",
    () => createGate({ store, reviewWithin: "soon" as never }),
    'createGate: reviewWithin is "soon". Write milliseconds above 0, or text such as "60s" or "5m"; 24d at most.',
  ],
  [
    "a worker of no runner",
    () => createWorker(gate, [{ name: "a", gate } as never]),
    "Expected a runner, got an object. Pass what the createRunner of an adapter returns.",
  ],
  [
    "a worker of another store",
    () => createWorker(gate, [{ name: "a", gate: other } as never]),
    "createWorker: the gate of runner a has another store or tenant than the worker's gate. Make both with one store and tenant.",
  ],
  [
    "a worker that does nothing",
    () => createWorker(gate, [], { concurrency: 0 }),
    "createWorker: concurrency is 0. Write a whole number from 1.",
  ],
  [
    "a worker that never looks",
    () => createWorker(gate, [], { sweepEvery: "often" as never }),
    'createWorker: sweepEvery is "often". Write milliseconds above 0, or text such as "1s" or "5m"; 24d at most.',
  ],
])("%s is refused when it is made", (_, make, message) => {
  let thrown: unknown;
  try {
    make();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "SETUP", message });
});

test("a gate that nobody could answer says so at the start", () => {
  const told: string[] = [];
  createGate({ policy: definePolicy({}), store: memoryStore(), warn: (message) => told.push(message) });
  expect(told).toEqual([
    "The policy can ask, and nobody can answer: there is no reviewer, and other processes can't open this store. " +
      "Pass a reviewer (terminalReviewer()), use a store that others can open (sqliteStore), or decide in this process with gate.decide.",
  ]);
});
