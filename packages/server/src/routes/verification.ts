import { isCountersignError, type Gate, type Store } from "@countersign/core";
import { z } from "zod";
import type { Verification } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { Unreadable } from "../schemas/records.ts";
import { describing, time } from "../schemas/wire.ts";

/** In ms: nobody holds a connection for longer, and the check goes on. */
const PATIENCE = 20_000;
const RETRY_AFTER = "10";

const VerificationAnswer = describing<Verification>()(
  z
    .discriminatedUnion("status", [
      z.object({
        status: z.literal("whole"),
        events: z.int(),
        subjects: z.int(),
        unreadable: z.array(Unreadable).readonly().optional().describe("Records that their chains could not be held against."),
        since: time(),
      }),
      z.object({
        status: z.literal("broken"),
        subject: z.string(),
        seq: z.int(),
        flaw: z.string(),
        field: z.string().optional(),
        since: time(),
      }),
      z.object({ status: z.literal("running"), since: time() }),
    ])
    .meta({ id: "Verification", description: "since: when the check began. While it is running, ask again: that begins no other." }),
);

export const verifyAudit = endpoint({
  id: "verifyAudit",
  method: "get",
  path: "/v1/audit/verification",
  summary: "Is every record what its chain says? For operators, auditors and readers. Reads the whole store, one check at a time.",
  answer: VerificationAnswer,
  run: async ({ gate, rights }) => {
    if (!rights.seesTrail) throw new HttpError("FORBIDDEN");
    const check = checks.get(gate) ?? begin(gate);
    const result = await atMost(PATIENCE, check.result);
    if (!result)
      return Response.json({ status: "running", since: check.since } satisfies Verification, { headers: { "Retry-After": RETRY_AFTER } });
    checks.delete(gate);
    return result;
  },
});

interface Check {
  readonly since: number;
  readonly result: Promise<Verification>;
}

/** Those that nobody has had the result of. */
const checks = new WeakMap<Gate, Check>();
/** Tenants share a store: while one is read from end to end, the others wait. */
const busy = new WeakSet<Store>();

/** @throws HttpError RATE_LIMITED while another tenant's is under way */
function begin(gate: Gate): Check {
  if (busy.has(gate.store)) throw new HttpError("RATE_LIMITED", { headers: { "Retry-After": RETRY_AFTER } });
  busy.add(gate.store);
  const since = Date.now();
  const result = verified(gate, since).finally(() => busy.delete(gate.store));
  const check = { since, result };
  checks.set(gate, check);
  // One that could not be finished is forgotten, whether somebody waits for it or not.
  result.catch(() => checks.delete(gate));
  return check;
}

async function verified(gate: Gate, since: number): Promise<Verification> {
  try {
    return { status: "whole", ...(await gate.verify()), since };
  } catch (error) {
    if (!isCountersignError(error, "AUDIT_BROKEN")) throw error;
    const { subject, seq, flaw, field } = error.details;
    return { status: "broken", subject, seq, flaw, ...(field !== undefined && { field }), since };
  }
}

/** Undefined: it takes longer. */
async function atMost<T>(ms: number, result: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  try {
    return await Promise.race([result, promise]);
  } finally {
    clearTimeout(timer);
  }
}
