import { z } from "zod";
import { decisionRecordSchema, jsonObjectSchema } from "../contract/decision.ts";
import type { Grant } from "../contract/grant.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { termsSchema } from "../contract/terms.ts";
import { unreadableRecord } from "./unreadable.ts";

/**
 * Where a request stands. Users see it as `status` and `execution`. `purged`: it had finished, and all but what it takes
 * to recognise it is gone; its `status` and `execution` say how it ended. Lists and counts pass it over, and it never runs.
 */
export type RequestState =
  | "pending"
  | "approved"
  | "executing"
  | "done"
  | "failed"
  | "unknown"
  | "rejected"
  | "expired"
  | "cancelled"
  | "purged";

/** A request with its execution, as stores keep it: `status`, `execution` and `receipt` are projections of `state`, `result`, `error`. */
export interface RequestRecord extends ApprovalRequest {
  readonly state: RequestState;
  readonly idempotent: boolean;
  /** JSON; absent until done. */
  readonly result: unknown;
  readonly error: string | undefined;
  readonly turnId: string;
  readonly callId: string;
  /** The request under whose effect this one was asked: a nested agent. */
  readonly parent: string | undefined;
  /** Asked by hand and executed by hand, perhaps much later: the end of an invocation doesn't withdraw it. */
  readonly ticket?: boolean | undefined;
  /** Paths of the arguments that only the tool gets to see. */
  readonly redact?: readonly string[] | undefined;
  /** `executeWithin` of the terms, in ms; the deadline is the last decision of the turn plus this. */
  readonly executeWithin: number | undefined;
  /** Unix ms: when the next reminder or escalation is due. Absent when none is left, and for what is not pending. */
  readonly noticeAt?: number | undefined;
  /** Claims so far, also those that were given back as not started. */
  readonly attempt: number;
  /** A nonce of one claim, not of a process. */
  readonly holder: string | undefined;
  /** Unix ms; 0 without a claim. */
  readonly leaseUntil: number;
  /** Number and hash of the last event of this record's chain. */
  readonly seq: number;
  readonly head: string;
}

export interface ThreadRecord {
  readonly id: string;
  readonly version: number;
  readonly state: "live" | "closed";
  /** Requests of this thread that are pending or unknown. Changed by `add` alone, never by `put`. */
  readonly open: number;
  /** Goes up with every new holder: writes of an older one are refused. */
  readonly fence: number;
  readonly holder: string | undefined;
  /** Unix ms; 0 when free. */
  readonly leaseUntil: number;
  /** Unix ms: not due before. Two values are no times: see `NEVER` and `GIVEN_UP`. */
  readonly notBefore: number;
  /** How often the run has failed in a row, for reasons of its own. A process that died with it counts. */
  readonly attempts: number;
  readonly lastError: string | undefined;
  /** Unix ms: the first failure of this row. */
  readonly failingSince?: number | undefined;
  /** In ms: how long workers waited after the last failure, whatever it was. */
  readonly pause?: number | undefined;
  /** The fence of whoever let go of the thread last. When the next one takes it, those in between have died. */
  readonly releasedFence?: number | undefined;
  readonly tenant: string;
  readonly agent: string;
  readonly framework: string;
  /** As given to start: a resume in another process needs them. */
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  /** As given to start, until something of the run is saved: a start that died begins again with it. */
  readonly input?: unknown;
  readonly continuation: Uint8Array | undefined;
  /** What the last completed run answered, so that a later resume answers the same. */
  readonly outcome: { readonly text: string; readonly output: unknown } | undefined;
  /** Unix ms. Absent while it is live, and once what it held was purged. */
  readonly closedAt?: number | undefined;
  /** Number of the event that stands for all before it, once a purge has removed those: the chain begins there. */
  readonly purgedSeq?: number | undefined;
  readonly seq: number;
  readonly head: string;
}

export interface GrantRecord {
  readonly id: string;
  readonly version: number;
  readonly tenant: string;
  /** How many are left. Changed by `add` alone, never by `put`. */
  readonly uses: number;
  /** As it was given: its `uses` are those that it began with. */
  readonly grant: Grant;
  readonly revokedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly seq: number;
  readonly head: string;
}

const text = () => z.string().optional();
const time = () => z.number().optional();
const requestSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    version: z.number(),
    status: z.enum(["pending", "approved", "rejected", "expired", "cancelled"]),
    threadId: z.string(),
    agent: z.string(),
    framework: z.string(),
    tenant: z.string(),
    namespace: text(),
    tool: z.string(),
    args: jsonObjectSchema,
    proposal: z.object({ args: jsonObjectSchema, digest: z.string(), by: principalSchema.optional() }),
    approvedArgs: jsonObjectSchema.optional(),
    argsSchema: jsonObjectSchema.optional(),
    rule: z.string(),
    reason: z.string(),
    terms: termsSchema,
    requestedBy: principalSchema.optional(),
    decisions: z.array(decisionRecordSchema),
    execution: z.enum(["none", "executing", "done", "failed", "unknown"]),
    receipt: z
      .discriminatedUnion("status", [
        z.object({ status: z.literal("done"), result: z.unknown().optional(), at: z.number() }),
        z.object({ status: z.literal("failed"), error: z.string(), at: z.number() }),
        z.object({ status: z.literal("unknown"), at: z.number() }),
      ])
      .optional(),
    begun: z.boolean().optional(),
    policyHash: z.string(),
    decidedAt: time(),
    grantId: text(),
    supersedes: text(),
    revises: text(),
    links: z.array(z.object({ label: z.string(), url: z.string() })),
    askedAt: z.number(),
    expiresAt: time(),
    state: z.enum(["pending", "approved", "executing", "done", "failed", "unknown", "rejected", "expired", "cancelled", "purged"]),
    idempotent: z.boolean(),
    result: z.unknown().optional(),
    error: text(),
    turnId: z.string(),
    callId: z.string(),
    parent: text(),
    ticket: z.boolean().optional(),
    redact: z.array(z.string()).optional(),
    executeWithin: time(),
    noticeAt: time(),
    attempt: z.number(),
    holder: text(),
    leaseUntil: z.number(),
    seq: z.number(),
    head: z.string(),
  }),
);
const threadSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    version: z.number(),
    state: z.enum(["live", "closed"]),
    open: z.number(),
    fence: z.number(),
    holder: text(),
    leaseUntil: z.number(),
    notBefore: z.number(),
    attempts: z.number(),
    lastError: text(),
    failingSince: time(),
    pause: time(),
    releasedFence: time(),
    tenant: z.string(),
    agent: z.string(),
    framework: z.string(),
    requestedBy: principalSchema.optional(),
    context: z.unknown().optional(),
    input: z.unknown().optional(),
    continuation: z.instanceof(Uint8Array).optional(),
    outcome: z.object({ text: z.string(), output: z.unknown().optional() }).optional(),
    closedAt: time(),
    purgedSeq: time(),
    seq: z.number(),
    head: z.string(),
  }),
);
const grantSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    version: z.number(),
    tenant: z.string(),
    uses: z.number(),
    grant: z.object({
      id: z.string(),
      scope: z.enum(["exact-args", "tool"]),
      decision: z.enum(["approve", "reject"]),
      namespace: text(),
      tool: z.string(),
      agent: z.string(),
      within: z.enum(["thread", "requester"]),
      threadId: text(),
      requestedBy: text(),
      digest: text(),
      requestId: z.string(),
      message: text(),
      terms: termsSchema,
      by: principalSchema,
      uses: z.number(),
      expiresAt: time(),
      revokedAt: time(),
    }),
    revokedAt: time(),
    expiresAt: time(),
    seq: z.number(),
    head: z.string(),
  }),
);

type Kind = "request" | "thread" | "grant";
const SCHEMAS: { readonly [K in Kind]: z.ZodType } = { request: requestSchema, thread: threadSchema, grant: grantSchema };

function parse<T>(kind: Kind, value: unknown): T {
  const parsed = SCHEMAS[kind].safeParse(value);
  if (parsed.success) return parsed.data as T;
  const id = String((value as { id?: unknown } | null)?.id);
  throw unreadableRecord(kind === "request" ? id : `${kind}/${id}`, flawIn(parsed.error));
}

const flawIn = ({ issues: [issue] }: z.ZodError): string => `${issue?.path.map(String).join(".") || "the record"}: ${issue?.message}`;

/** Why this record could not be read again; undefined: it could be. */
export function flawOf(kind: Kind, record: unknown): string | undefined {
  const parsed = SCHEMAS[kind].safeParse(record);
  return parsed.success ? undefined : flawIn(parsed.error);
}

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a record that can't be read */
export function parseRequest(value: unknown): RequestRecord {
  const { begun, ...record } = parse<Omit<RequestRecord, "begun"> & { readonly begun?: boolean }>("request", value);
  // Earlier versions kept only the attempts. Whoever had claimed the call may have begun it.
  return { ...record, begun: begun ?? record.attempt > 0 };
}

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a record that can't be read */
export function parseThread(value: unknown): ThreadRecord {
  return parse("thread", value);
}

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a record that can't be read */
export function parseGrant(value: unknown): GrantRecord {
  return parse("grant", value);
}
