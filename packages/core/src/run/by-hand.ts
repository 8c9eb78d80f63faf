import { z } from "zod";
import { digestOf, requestIdOf } from "../canonical/digest.ts";
import type { CallContext, ProposedCall } from "../contract/call.ts";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { Approval } from "../contract/gate.ts";
import type { Awaitable, JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { Reviewer } from "../contract/reviewer.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import { reviewInProcess } from "../decide/review.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { type Invocation, nativeToken } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/transition.ts";
import { countsHistory, redactionOf, ruleOf } from "../policy/check.ts";
import { pastCalls } from "../policy/history.ts";
import { parseWith } from "../policy/schema.ts";
import { runningCall } from "../resume/current-call.ts";
import { executeRecorded } from "../resume/execute.ts";
import { isEdited, refusal } from "../resume/told.ts";
import type { RequestRecord } from "../store/records.ts";
import type { Ask } from "../suspend/ask.ts";
import { suspend, type Counting } from "../suspend/suspend.ts";
import { refuseUnusableId, principalOf, contextOf } from "./input.ts";

/** A gate that can ask has a policy. */
export type GatingKernel = Kernel & { readonly policy: NonNullable<Kernel["policy"]> };

/** A call that is asked by hand and will be executed by hand: recorded also when the policy allows it. */
export async function askTicket(
  kernel: GatingKernel,
  reviewer: Reviewer | undefined,
  invocation: Invocation,
  call: ProposedCall,
  asker?: Principal,
): Promise<Approval> {
  const { ledger, policy } = kernel;
  const digest = digestOf(call);
  const id = requestIdOf(ledger.tenant, invocation.threadId, call, digest);
  invocation.declared.add(id);
  const known = (await ledger.request(id)) && (await expireIfOverdue(kernel, id));
  if (known) return reviewed(kernel, reviewer, known);

  const { agent, threadId, context } = invocation;
  const requestedBy = asker ?? invocation.requestedBy;
  const { namespace, tool, args } = call;
  const denied: { because?: string } = {};
  const question = (recorded: readonly RequestRecord[] | undefined): readonly Ask[] => {
    const history = recorded && pastCalls(recorded, id);
    const { verdict, by } = policy.judge({ namespace, tool, args, agent, threadId, requestedBy, context, history });
    if (verdict.type === "invalid") throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
    if (verdict.type === "deny") {
      denied.because = verdict.reason;
      return [];
    }
    const rule = ruleOf(by, call);
    return [
      {
        id,
        digest,
        call,
        rule: verdict.type === "ask" ? verdict.rule : rule.name.text,
        reason: verdict.type === "ask" ? verdict.reason : "the policy allows it",
        terms: verdict.type === "ask" ? verdict.terms : rule.terms,
        idempotent: rule.idempotent,
        argsSchema: rule.argsSchema,
        redact: redactionOf(by, call),
        policyHash: by.hash,
        allowed: verdict.type === "allow",
        ticket: true,
        requestedBy: asker,
        parent: runningCall.getStore()?.requestId,
      },
    ];
  };
  const asking: readonly Ask[] | Counting = countsHistory(policy.versionFor(call), call) ? question : question(undefined);
  const [record] = (await suspend(kernel, invocation, asking, null)).records;
  if (!record) return { id, status: "denied", message: denied.because ?? "the policy denies it" };
  return reviewed(kernel, reviewer, record);
}

/** A pending request is shown to the reviewer of this process, also when an earlier process asked it. */
async function reviewed(kernel: GatingKernel, reviewer: Reviewer | undefined, record: RequestRecord): Promise<Approval> {
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
  const args = record.approvedArgs ?? record.args;
  const schema = policy && ruleOf(policy.versionFor(record), record).schema;
  if (!schema) return args;
  const parsed = parseWith(schema, args);
  if ("issues" in parsed) throw new CountersignError("INVALID_ARGS", { issues: parsed.issues });
  return parsed.value as JsonObject;
}

/**
 * Executes what a ticket stands for: the recorded arguments.
 * @throws NOT_APPROVED, PURGED, EXPIRED, EXECUTION_BUSY, EXECUTION_UNKNOWN, INVALID_ARGS
 */
export async function executeTicket<A, R>(kernel: Kernel, id: string, effect: (args: A, call: CallContext) => Awaitable<R>): Promise<R> {
  const record = await kernel.ledger.request(id);
  if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
  if (record.state === "approved") parsedArgs(kernel, record);
  const executor = { fence: undefined, demandLease: () => {} };
  const run = (args: JsonObject, context: CallContext): Awaitable<R> =>
    effect(parsedArgs(kernel, { ...record, approvedArgs: args }) as A, context);
  const execution = await executeRecorded(kernel, id, executor, run);
  if (execution.status === "ran") return execution.result;
  const request = toRequest(await kernel.ledger.demand(id));
  throw new CountersignError(request.status === "expired" ? "EXPIRED" : "NOT_APPROVED", { request });
}

export interface Question {
  readonly threadId: string;
  readonly tool: string;
  readonly args: unknown;
  readonly key: string;
  readonly requestedBy?: string | Principal | undefined;
  readonly context?: unknown;
}

const questionSchema = z.lazy(() => z.object({ key: z.string().min(1), tool: z.string().min(1), args: jsonObjectSchema }));

/** Asks about a call without a framework; with the same key it is the same request. */
export async function ask(kernel: GatingKernel, reviewer: Reviewer | undefined, question: Question): Promise<Approval> {
  refuseUnusableId(question.threadId);
  const invocation: Invocation = {
    threadId: question.threadId,
    agent: kernel.agent ?? "",
    wokenAs: "",
    framework: "none",
    requestedBy: principalOf(question.requestedBy),
    context: contextOf(kernel.policy.compiled.context, question.context),
    token: nativeToken(),
    fence: undefined,
    until: Infinity,
    declared: new Set(),
  };
  const { key, tool, args } = parseInput(questionSchema, question, "call");
  return askTicket(kernel, reviewer, invocation, { turnId: `ask:${key}`, callId: key, tool, args });
}
