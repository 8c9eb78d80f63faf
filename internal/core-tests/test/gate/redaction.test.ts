import type { CountersignError } from "@countersign/core";
import { approve, createGate, definePolicy, edit, MASK, type AuditEvent, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../mini.ts";

const SECRET = "DE89 3704";
const Payment = z.object({ iban: z.string().startsWith("DE"), amount: z.number(), to: z.string() });
const policyWith = (over: object = {}) =>
  definePolicy({ tools: { pay: { args: Payment, ask: true, redact: ["args.iban"], deny: ({ args }) => args.amount > 9_000, ...over } } });
const payment = { iban: SECRET, amount: 4_200, to: "Acme" };
const alice: Principal = { id: "alice" };
const bob: Principal = { id: "bob" };

function world(over: object = {}) {
  const store = memoryStore();
  const gate = createGate({ policy: policyWith(over), store, warn: () => {} });
  const paid: object[] = [];
  const model = scripted([call("c", "pay", payment)]);
  const runner = createRunner(gate, { model, tools: { pay: (args) => (paid.push(args), "paid") } });
  return { store, gate, paid, runner, desk: createGate({ store }) };
}

async function asked(made = world()) {
  const outcome = await made.runner.start("t", "go");
  const [request] = outcome.status === "suspended" ? outcome.pending : [];
  if (!request) throw new Error(outcome.status);
  return { ...made, request };
}

const trail = async (gate: { history(id: string): AsyncIterable<AuditEvent> }, id: string) =>
  JSON.stringify(await Array.fromAsync(gate.history(id)));

it("is seen by the tool alone", async () => {
  const { gate, desk, request, runner, paid } = await asked();
  const shown = { ...payment, iban: MASK };
  expect(request).toMatchObject({ args: shown, proposal: { args: shown } });
  const decided = await desk.decide(request, approve(), { by: alice });
  const outcome = await runner.resume("t");
  expect(outcome.status).toBe("completed");
  const views = [request, decided, await gate.get(request.id), await desk.list({}), await gate.wait(request.id)];
  expect(JSON.stringify(views)).not.toContain(SECRET);
  expect(await trail(gate, request.id)).not.toContain(SECRET);
  expect(paid).toEqual([payment]);
  expect(await gate.verify()).toMatchObject({ subjects: 4 });
});

it("survives an edit of the rest, in a process without the policy as well", async () => {
  const { desk, gate, request, runner, paid } = await asked();
  const decided = await desk.decide(request, edit({ ...request.args, amount: 4_000 }), { by: alice });
  expect(decided).toMatchObject({ approvedArgs: { iban: MASK, amount: 4_000 }, decisions: [{ decision: { args: { iban: MASK } } }] });
  const again = await gate.decide(request, edit({ ...request.args, amount: 4_000 }), { by: alice });
  expect(again.version).toBe(decided.version);
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(paid).toEqual([{ ...payment, amount: 4_000 }]);
  expect(await trail(gate, request.id)).not.toContain(SECRET);
  await gate.verify();
});

it("is replaced by what a reviewer writes in its place, which the next one doesn't see either", async () => {
  const { gate, request, runner, paid } = await asked(world({ review: { quorum: 2 } }));
  const first = await gate.decide(request, edit({ ...request.args, iban: "DE00 1111" }), { by: alice });
  expect(first.proposal).toMatchObject({ args: { iban: MASK }, by: alice });
  await gate.decide(first, edit({ ...first.proposal.args, amount: 1 }), { by: bob });
  const [later = first] = (await gate.list({})).items;
  await gate.decide(later, approve(), { by: alice });
  await runner.resume("t");
  expect(paid).toEqual([{ iban: "DE00 1111", amount: 1, to: "Acme" }]);
  expect(await trail(gate, request.id)).not.toMatch(/DE00|DE89/);
});

it.each([
  ["a mask where none was shown", { iban: MASK, amount: 1, to: MASK }, "to"],
  ["a mask in a field of its own", { iban: MASK, amount: 1, to: "x", note: MASK }, "note"],
])("refuses %s", async (_, args, path) => {
  const { gate, desk, request } = await asked();
  for (const each of [gate, desk]) {
    const error: unknown = await each.decide(request, edit(args), { by: alice }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "INVALID_ARGS", details: { issues: [{ path: [path] }] } });
    expect(String(error)).not.toContain(SECRET);
  }
  expect(await gate.get(request.id)).toMatchObject({ status: "pending" });
});

it("checks the real arguments, at the edit and at the claim", async () => {
  const { gate, desk, request, runner, paid } = await asked();
  const code = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (error as CountersignError).code); // prettier-ignore
  expect(await code(gate.decide(request, edit({ ...request.args, amount: 10_000 }), { by: alice }))).toBe("POLICY_DENIED");
  expect(await code(gate.decide(request, edit({ ...request.args, iban: "FR" }), { by: alice }))).toBe("INVALID_ARGS");
  await desk.decide(request, edit({ ...request.args, amount: 10_000 }), { by: alice });
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(paid).toEqual([]);
});

it("is hidden from the loser of a race and from whoever cancels too late", async () => {
  const { gate, request } = await asked();
  await gate.decide(request, edit({ ...request.args, iban: "DE00 1111" }), { by: alice });
  const lost: unknown = await gate.decide(request, approve(), { by: bob }).catch((error: unknown) => error);
  expect(lost).toMatchObject({ code: "ALREADY_DECIDED", details: { winner: { decision: { args: { iban: MASK } } } } });
  expect(JSON.stringify(lost)).not.toContain("DE00");
});

it("asks by hand with the mask and executes without it, replayed as well", async () => {
  const gate = createGate({ policy: policyWith(), store: memoryStore(), warn: () => {} });
  const question = { threadId: "t", key: "k", tool: "pay", args: payment } as const;
  const approval = await gate.ask(question);
  if (approval.status !== "pending") throw new Error(approval.status);
  expect(approval.request.args).toMatchObject({ iban: MASK });
  await gate.decide(approval.request, approve(), { by: alice });
  const ticket = await gate.ask(question);
  if (ticket.status !== "approved") throw new Error(ticket.status);
  expect(ticket).toMatchObject({ args: payment, edited: false });
  const run = () => gate.execute(ticket, (args, { request }) => [args, request?.approvedArgs]);
  expect(await run()).toEqual([payment, { ...payment, iban: MASK }]);
  expect(await run()).toEqual([payment, { ...payment, iban: MASK }]);
});

it("masks in every namespace, and under a remembered decision of exactly these arguments", async () => {
  const policy = policyWith({ review: { remember: ["exact-args"] } });
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const question = (key: string, iban: string) => gate.ask({ threadId: "t", key, tool: "pay", args: { ...payment, iban } });
  const first = await question("a", SECRET);
  if (first.status !== "pending") throw new Error(first.status);
  await gate.decide(first.request, approve({ remember: { scope: "exact-args" } }), { by: alice });
  expect((await question("b", SECRET)).status).toBe("approved");
  const other = await question("c", "DE00 1111");
  expect(other.status).toBe("pending");
  expect(JSON.stringify((await gate.list({})).items)).not.toMatch(/DE00|DE89/);
  await gate.verify();
});

it("reads records of versions that masked nothing", async () => {
  const store = memoryStore();
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store, warn: () => {} });
  const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { iban: SECRET, note: MASK } });
  const record = await store.getRequest("default", approval.id);
  expect(record?.redact).toBeUndefined();
  if (approval.status !== "pending") throw new Error(approval.status);
  const { request } = approval;
  expect(request.args).toEqual({ iban: SECRET, note: MASK });
  expect(await gate.decide(request, edit({ iban: "x", note: MASK }), { by: alice })).toMatchObject({ approvedArgs: { note: MASK } });
});
