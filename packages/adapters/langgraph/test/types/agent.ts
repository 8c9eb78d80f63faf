// Compiled by `check`, never run: what users write, and the mistakes that the types must catch.
import { MemorySaver } from "@langchain/langgraph";
import { approve, createGate, createWorker, currentCall, definePolicy, edit, isCountersignError, reject } from "@countersign/core";
import type { AgentRunner, Decision, Principal, Reviewer, RunOutcome } from "@countersign/core";
import { terminalReviewer } from "@countersign/terminal";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { scriptedReviewer, testGate } from "@countersign/testing";
import { createAgent, tool } from "langchain";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sure<A, B>(_: Equal<A, B>): void {}

const Refund = z.object({ cents: z.number().int(), customer: z.string(), due: z.coerce.date().optional() });
export const policy = definePolicy({
  context: z.object({ trusted: z.boolean() }),
  tools: {
    refund: { args: Refund, ask: ({ args, context }) => !context.trusted && args.cents > 5_000 && `refund of ${args.cents}` },
    "mail/*": "ask",
    look_up: "allow",
  },
});
export const gate = createGate({ policy, store: sqliteStore("support.db") });

const refund = tool(async ({ cents, customer }) => `${cents} to ${customer}, key ${currentCall()?.idempotencyKey}`, {
  name: "refund",
  description: "Pay a customer back",
  schema: Refund,
});
export const agent = createAgent({
  model: "openai:gpt-5.2",
  tools: [refund],
  checkpointer: new MemorySaver(),
  middleware: [approvalMiddleware(gate, { who: () => ({ requestedBy: "desk", context: { trusted: false } }) })],
});
approvalMiddleware(gate, {
  // @ts-expect-error a context that the policy doesn't know
  who: () => ({ context: { trusted: "yes" } }),
});

// starting: the policy's context is demanded; what the graph needs for each run is made of it, in the graph's own words
export const refunds = createRunner(gate, agent, {
  name: "refunds",
  context: ({ threadId, context }) => ({ recursionLimit: context?.trusted ? 50 : 10, configurable: { case: threadId } }),
});
createRunner(gate, agent, { name: "refunds", context: async () => ({ callbacks: [], durability: "async" }) });
// @ts-expect-error not an option of LangGraph
createRunner(gate, agent, { name: "refunds", context: () => ({ durability: "sometimes" }) });
await refunds.start("case-1", "Refund case 1", { context: { trusted: false }, requestedBy: "desk" });
// @ts-expect-error whoever wakes the thread later would not have it
await refunds.start("case-1", "Refund case 1", { context: { trusted: false }, config: { recursionLimit: 10 } });
// @ts-expect-error nor for a resume alone
await refunds.resume("case-1", { config: { recursionLimit: 10 } });

// an agent that demands a context gets one for each run
const Tenant = z.object({ tenant: z.string() });
const tenants = createAgent({
  model: "openai:gpt-5.2",
  tools: [refund],
  contextSchema: Tenant,
  checkpointer: new MemorySaver(),
  middleware: [approvalMiddleware(gate)],
});
createRunner(gate, tenants, { name: "tenants", context: ({ threadId }) => ({ context: { tenant: threadId } }) });
// @ts-expect-error nobody says which tenant
createRunner(gate, tenants, { name: "tenants" });
// @ts-expect-error not the agent's context
createRunner(gate, tenants, { name: "tenants", context: () => ({ context: { tenant: 1 } }) });
// @ts-expect-error context is missing
await refunds.start("case-1", "Refund case 1");
// @ts-expect-error not this context
await refunds.start("case-1", "Refund case 1", { context: { trusted: 1 } });
// @ts-expect-error not an input of this agent
await refunds.start("case-1", { text: "Refund" }, { context: { trusted: true } });

// every outcome is told apart
export function told(outcome: RunOutcome<unknown>): string {
  switch (outcome.status) {
    case "completed":
      return outcome.text + (outcome.replayed ? " (again)" : "");
    case "suspended":
      return outcome.pending.map(({ id }) => id).join();
    case "stopped":
      return `${outcome.by.id}: ${outcome.message ?? ""}`;
    case "running":
      return "elsewhere";
    default:
      return outcome satisfies never;
  }
}

// deciding in a web handler
export async function POST(id: string, digest: string, decision: Decision, by: Principal): Promise<{ status: number; body?: unknown }> {
  try {
    const request = await gate.decide({ id, digest }, decision, { by, via: "web" });
    await refunds.resume(request.threadId);
    return { status: 200 };
  } catch (error) {
    if (isCountersignError(error, "ALREADY_DECIDED")) return { status: 409, body: error.details.winner?.by.id };
    if (isCountersignError(error, "INVALID_ARGS")) return { status: 422, body: error.details.issues[0]?.path };
    // @ts-expect-error details are those of the code
    if (isCountersignError(error, "EXPIRED")) return { status: 410, body: error.details.winner };
    // @ts-expect-error no such code
    if (isCountersignError(error, "FORBIDDEN")) throw error;
    if (isCountersignError(error)) return { status: 400, body: error.code };
    throw error;
  }
}
const [request] = (await gate.list({ status: "pending", reviewableBy: { id: "alice" } })).items;
if (request) {
  const typed = policy.match(request, "refund");
  sure<typeof typed, { cents: number; customer: string; due?: Date | undefined } | undefined>(true);
  await gate.decide(request, edit({ ...request.args, cents: 1 }), { by: { id: "alice" } });
  await gate.decide(request, reject("no", { then: "revise" }), { by: { id: "alice" } });
  // @ts-expect-error a boolean is no decision
  await gate.decide(request, true, { by: { id: "alice" } });
  // @ts-expect-error somebody has to sign
  await gate.decide(request, approve(), {});
}

// reviewers in this process
export const small: Reviewer = {
  as: { id: "small-refunds", kind: "service" },
  review: (asked) => ((policy.match(asked, "refund")?.cents ?? Infinity) < 10_000 ? approve() : undefined),
};
createGate({ policy, store: memoryStore(), reviewer: small, reviewWithin: "5s" });
createGate({ policy, store: memoryStore(), reviewer: terminalReviewer({ as: { id: "alice", roles: ["support"] } }) });
// @ts-expect-error not a duration
createGate({ policy, store: memoryStore(), reviewWithin: "5 seconds" });

// workers
await using worker = createWorker(gate, [refunds], {
  concurrency: 2,
  sweepEvery: "2s",
  onError: (error, threadId) => void [error, threadId],
}).start();
const { resumed, expired, failed } = await worker.drain({ limit: 10 });
sure<typeof resumed, number>(true);
void [expired, failed];

// testing
const tested = testGate(policy, { reviewer: scriptedReviewer({ refund: (asked) => edit({ ...asked.args, cents: 1 }) }) });
const runner = createRunner(tested, agent, { name: "refunds" });
await runner.start("t", "Refund", { context: { trusted: false } });
tested.advance(1_000);
const ran: readonly { tool: string; args: object }[] = tested.executed;
void [ran, tested.asked[0]?.args];

// programs without a framework
const answer = await gate.ask({
  threadId: "job",
  key: "r-1",
  tool: "refund",
  args: { cents: 6_000, customer: "c" },
  context: { trusted: false },
});
if (answer.status === "approved" || answer.status === "allowed") {
  const due = await gate.execute(answer, (args, { idempotencyKey }) => [args.due?.getTime(), idempotencyKey] as const);
  sure<typeof due, readonly [number | undefined, string]>(true);
}
// @ts-expect-error not this tool's arguments
await gate.ask({ threadId: "job", key: "r-2", tool: "refund", args: { cents: "6" } });

const all: readonly AgentRunner<string>[] = [];
void all;
