import type { NewEvent } from "../audit/chain.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { RecordedParse } from "../contract/parsed.ts";
import { durationMs } from "../contract/terms.ts";
import type { Question } from "../gate/question.ts";
import type { Invocation } from "../hold/invocation.ts";
import { keptSchema } from "../ledger/schemas.ts";
import type { WithSchema } from "../ledger/to-request.ts";
import { nextNoticeAt } from "../store/notices.ts";
import type { GrantRecord, RequestRecord } from "../store/records.ts";

/** What the request has to do with earlier ones, and what is found out about its arguments. */
export interface Ancestry {
  readonly parsed: RecordedParse | undefined;
  readonly supersedes: RequestRecord | undefined;
  readonly revises: string | undefined;
}

/** The record of a new request, not yet in any chain. */
export function newRequest(
  tenant: string,
  invocation: Invocation,
  ask: Question,
  { supersedes, revises, parsed }: Ancestry,
  now: number,
): WithSchema {
  const { call, args, terms, description } = ask;
  const state = ask.allowed ? "approved" : "pending";
  const expiresAt = ask.allowed ? undefined : now + (durationMs(terms.expiresIn ?? DEFAULTS.expiresIn) ?? 0);
  return {
    id: ask.id,
    version: 0,
    state,
    tenant,
    threadId: invocation.threadId,
    agent: invocation.agent,
    proposedBy: call.proposedBy,
    framework: invocation.framework,
    turnId: call.turnId,
    callId: call.callId,
    namespace: call.namespace,
    tool: call.tool,
    args,
    proposal: { digest: ask.digest, by: undefined, ...(parsed && { parsed }), ...(description && { description }) },
    ...(ask.argsSchema && keptSchema(ask.argsSchema)),
    rule: ask.rule,
    tier: ask.tier,
    reason: supersedes ? `${ask.reason}; replaces a call with other arguments that ${fate(supersedes)}` : ask.reason,
    terms,
    requestedBy: ask.requestedBy ?? invocation.requestedBy,
    decisions: [],
    begun: false,
    policyHash: ask.policyHash,
    decidedAt: ask.allowed ? now : undefined,
    grantId: undefined,
    supersedes: supersedes?.id,
    revises,
    judgedAt: ask.judgedAt,
    askedAt: now,
    expiresAt,
    noticeAt: ask.allowed ? undefined : nextNoticeAt({ terms, askedAt: now, expiresAt }, now),
    idempotent: ask.idempotent,
    result: undefined,
    error: undefined,
    parent: ask.parent,
    ticket: ask.ticket,
    redact: ask.redact,
    executeWithin: terms.executeWithin === undefined ? undefined : durationMs(terms.executeWithin),
    attempt: 0,
    holder: undefined,
    leaseUntil: 0,
    seq: 0,
    head: "",
  };
}

/** Did the call that is being replaced run? Its reviewer has to know. */
function fate(record: RequestRecord): string {
  const { was, begun } = record;
  const state = was ?? record.state;
  if (state === "done") return "already ran";
  if (state === "failed") return "ran and failed";
  return begun ? "may have run" : "did not run";
}

/** `by`: the grant that decided it at once. */
export function asked(record: RequestRecord, by?: GrantRecord): NewEvent {
  return {
    type: by ? "granted" : record.state === "approved" ? "allowed" : "asked",
    at: record.askedAt,
    actor: record.requestedBy,
    ...(by ? { note: { grantedBy: by.grant.by } } : {}),
  };
}
