import { z } from "zod";
import { deserialize } from "../canonical/serialize.ts";
import { decisionRecordSchema, jsonObjectSchema } from "../contract/decision.ts";
import { descriptionSchema } from "../contract/description.ts";
import { principalSchema } from "../contract/principal.ts";
import { termsSchema } from "../contract/terms.ts";
import { usageSchema } from "../contract/usage.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "./records.ts";
import { unreadableRecord } from "./unreadable.ts";

const text = () => z.string().optional();
const time = () => z.number().optional();
/** Of what was serialized: a date or bytes may be damaged, and then nobody could be shown the record. */
const serialized = () => z.unknown().refine(isReadable, "what stands there is no value any more");
const argsPath = () => z.array(z.union([z.string(), z.number()]));
const parsedSchema = z.lazy(() =>
  z.object({
    sets: z.array(z.object({ path: argsPath(), value: z.unknown().optional(), hidden: z.literal(true).optional() })),
    atRunTime: z.array(argsPath()),
    partial: z.literal(true).optional(),
  }),
);
const STATES = ["pending", "approved", "executing", "done", "failed", "unknown", "rejected", "expired", "cancelled"] as const;
const requestSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    version: z.number(),
    state: z.enum([...STATES, "purged"]),
    was: z.enum(STATES).optional(),
    tenant: z.string(),
    threadId: z.string(),
    turnId: z.string(),
    callId: z.string(),
    agent: z.string(),
    proposedBy: text(),
    framework: z.string(),
    namespace: text(),
    tool: z.string(),
    args: jsonObjectSchema,
    proposal: z.object({
      args: jsonObjectSchema.optional(),
      digest: z.string(),
      by: principalSchema.optional(),
      parsed: parsedSchema.optional(),
      description: descriptionSchema.optional(),
    }),
    argsSchemaHash: text(),
    rule: z.string(),
    tier: z.number().optional(),
    reason: z.string(),
    terms: termsSchema,
    requestedBy: principalSchema.optional(),
    decisions: z.array(decisionRecordSchema),
    policyHash: z.string(),
    judgedAt: z.number(),
    askedAt: z.number(),
    decidedAt: time(),
    expiresAt: time(),
    endedAt: time(),
    begun: z.boolean(),
    idempotent: z.boolean(),
    result: serialized().optional(),
    error: text(),
    ranWith: jsonObjectSchema.optional(),
    grantId: text(),
    supersedes: text(),
    revises: text(),
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
    input: serialized().optional(),
    continuation: z.instanceof(Uint8Array).optional(),
    outcome: z.object({ text: z.string(), output: serialized().optional(), usage: usageSchema.optional(), lastAgent: text() }).optional(),
    counted: z
      .object({
        through: z.string(),
        left: z.array(z.string()),
        totals: z.array(z.object({ tool: z.string(), path: text(), total: z.number().nullable() })),
      })
      .optional(),
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
      parsedDigest: text(),
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

function isReadable(json: unknown): boolean {
  try {
    deserialize(json);
    return true;
  } catch {
    return false;
  }
}

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
  return parse("request", value);
}

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a record that can't be read */
export function parseThread(value: unknown): ThreadRecord {
  return parse("thread", value);
}

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a record that can't be read */
export function parseGrant(value: unknown): GrantRecord {
  return parse("grant", value);
}
