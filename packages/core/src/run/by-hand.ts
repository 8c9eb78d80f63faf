import { z } from "zod";
import { jsonCopy, requestIdOf } from "../canonical/json.ts";
import type { CallContext, ProposedCall } from "../contract/call.ts";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { Approval } from "../contract/gate.ts";
import type { Awaitable, JsonObject } from "../contract/json.ts";
import { nameSchema } from "../contract/name.ts";
import type { Principal } from "../contract/principal.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import { reviewInProcess } from "../decide/review.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { InvalidCalls } from "../gate/invalid-calls.ts";
import { Judge } from "../gate/judge.ts";
import { questionOn, type Question } from "../gate/question.ts";
import { OpenHold } from "../hold/hold.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { GatingInternals, GatingKernel, Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import { NOT_ALLOWED, type Judgement } from "../policy/check.ts";
import { ruleOf } from "../policy/find.ts";
import { parseByRule } from "../policy/policy.ts";
import { parseWith } from "../policy/schema.ts";
import { runningCall } from "../resume/current-call.ts";
import { executeRecorded } from "../resume/execute.ts";
import { isEdited, refusal } from "../resume/told.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { suspend, type Counting } from "../suspend/suspend.ts";
import { refuseUnusableId, principalOf, contextOf } from "./input.ts";

/** A call that is asked by hand and will be executed by hand: recorded also when the policy allows it. */
export async function askTicket(
  internals: GatingInternals,
  invocation: Invocation,
  proposed: ProposedCall,
  asker?: Principal,
): Promise<Approval> {
  const { kernel } = internals;
  // What is judged is what is recorded, whatever the caller does to its own meanwhile.
  const call = { ...proposed, args: jsonCopy(proposed.args) };
  const { tenant } = kernel.ledger;
  const { threadId } = invocation;
  const id = requestIdOf(tenant, threadId, call);
  invocation.declared.add(id);
  const known = (await kernel.ledger.request(id)) && (await expireIfOverdue(kernel, id));
  if (known) return reviewed(internals, known);

  const judge = new Judge(kernel, invocation, asker);
  const parent = runningCall.getStore()?.requestId;
  const denied: { because?: string } = {};
  const ask = (judgement: Judgement): readonly Question[] => {
    const { verdict } = judgement;
    if (verdict.type === "invalid") new InvalidCalls(kernel, invocation).tell(call, verdict.issues);
    if (verdict.type === "invalid") throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
    if (verdict.type === "deny") {
      denied.because = verdict.reason;
      return [];
    }
    const parse = parseByRule(kernel.policy, call);
    return [questionOn(call, judgement, { tenant, threadId, parent, parse, recordsAllowed: true, requestedBy: asker, ticket: true })];
  };
  const counting: Counting = async (thread) => {
    const [judgement, existing] = await Promise.all([
      judge.judgeAfter(call, kernel.ledger, thread),
      kernel.ledger.ofTurn(threadId, call.turnId),
    ]);
    return { existing, asks: ask(judgement) };
  };
  const [record] = (await suspend(kernel, invocation, judge.counts(call) ? counting : ask(judge.judge(call)), null)).records;
  if (!record) return { id, status: "denied", message: denied.because ?? `${NOT_ALLOWED}${call.tool}` };
  return reviewed(internals, record);
}

/** A pending request is shown to the reviewer of this process, also when an earlier process asked it. */
async function reviewed({ kernel, reviewer }: GatingInternals, record: RequestRecord): Promise<Approval> {
  if (record.state !== "pending" || !reviewer) return approvalOf(kernel, record);
  await reviewInProcess(kernel, reviewer, [record.id]);
  return approvalOf(kernel, await kernel.ledger.demand(record.id));
}

/** How a recorded request looks to whoever asked. @throws PURGED */
function approvalOf(kernel: GatingKernel, record: RequestRecord): Approval {
  const { id, state } = record;
  if (state === "purged") throw new CountersignError("PURGED", { id });
  if (state === "pending") return { id, status: "pending", request: toRequest(record) };
  if (state === "rejected" || state === "expired" || state === "cancelled") {
    const { message } = refusal(record);
    return { id, status: state, message };
  }
  const allowed = record.decisions.length === 0 && record.grantId === undefined;
  return { id, status: allowed ? "allowed" : "approved", args: parsedArgs(kernel, record), edited: isEdited(record) };
}

/** @throws INVALID_ARGS if the schema has changed so that it refuses what was signed */
function parsedArgs({ policy }: Kernel, record: RequestRecord): JsonObject {
  const args = proposedArgs(record);
  const schema = policy && ruleOf(policy.versionFor(record), record).schema;
  if (!schema) return args;
  const parsed = parseWith(schema, args);
  if ("issues" in parsed) throw new CountersignError("INVALID_ARGS", { issues: parsed.issues });
  return parsed.value as JsonObject;
}

const ticketSchema = z.lazy(() => z.object({ id: nameSchema }));
const effectSchema = z.lazy(() => z.custom((value) => typeof value === "function", "expected a function"));
const TICKET = "Write gate.execute(approval, (args) => pay(args)) with what gate.ask answered.";

/**
 * Executes what a ticket stands for: the recorded arguments.
 * @throws NOT_APPROVED, PURGED, EXPIRED, EXECUTION_BUSY, EXECUTION_UNKNOWN, INVALID_ARGS, STATE_INCOMPATIBLE
 */
export async function executeTicket<A, R>(
  kernel: Kernel,
  approval: { readonly id: string },
  effect: (args: A, call: CallContext) => Awaitable<R>,
): Promise<R> {
  const { id } = parseInput(ticketSchema, approval, "approval", TICKET);
  parseInput(effectSchema, effect, "effect", TICKET);
  const record = await kernel.ledger.request(id);
  if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
  if (record.state === "approved") parsedArgs(kernel, record);
  const executor = { fence: undefined, demandLease: () => {} };
  const run = (args: JsonObject, context: CallContext): Awaitable<R> =>
    effect(parsedArgs(kernel, { ...record, proposal: { ...record.proposal, args } }) as A, context);
  const parse = kernel.policy && parseByRule(kernel.policy, record);
  const execution = await executeRecorded(kernel, id, executor, run, { parse });
  if (execution.status === "ran") return execution.result;
  if (execution.status === "failed") throw execution.error;
  const request = toRequest(await kernel.ledger.demand(id));
  throw new CountersignError(request.status === "expired" ? "EXPIRED" : "NOT_APPROVED", { request });
}

export interface CallByHand {
  readonly threadId: string;
  readonly tool: string;
  readonly args: unknown;
  readonly key: string;
  readonly requestedBy?: string | Principal | undefined;
  readonly context?: unknown;
}

/** Strict: a misspelt requester would be nobody, and could sign. */
const questionSchema = z.lazy(() =>
  z.strictObject({
    key: nameSchema,
    tool: nameSchema,
    args: jsonObjectSchema,
    threadId: z.unknown().optional(),
    requestedBy: z.unknown().optional(),
    context: z.unknown().optional(),
  }),
);

const CALL = 'Write gate.ask({ threadId: "invoice-7", tool: "pay", args: { amount: 5 }, key: "invoice-7" }).';

/** Asks about a call without a framework; with the same key it is the same request. */
export async function askByHand(internals: GatingInternals, question: CallByHand): Promise<Approval> {
  const { key, tool, args } = parseInput(questionSchema, question, "call", CALL);
  refuseUnusableId(question.threadId);
  const invocation: Invocation = {
    threadId: question.threadId,
    agent: internals.kernel.agent ?? "",
    wokenAs: "",
    framework: "none",
    requestedBy: principalOf(question.requestedBy),
    context: contextOf(internals.kernel.policy.compiled.context, question.context),
    hold: new OpenHold(false),
    declared: new Set(),
  };
  return askTicket(internals, invocation, { turnId: `ask:${key}`, callId: key, tool, args });
}
