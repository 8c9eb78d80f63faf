import { z } from "zod";
import { threadSubject } from "../audit/subject.ts";
import { tailsOf, type Tail } from "../audit/trail.ts";
import { requestIdOf } from "../canonical/json.ts";
import type { AuditEvent } from "../contract/event.ts";
import { CountersignError } from "../errors/error.ts";
import { FREEZES } from "./reserved.ts";
import type { Ledger } from "./ledger.ts";
import { subjectsOf } from "./subjects.ts";

const FOUNDING = threadSubject(FREEZES);

/** An earlier export of the trail. */
export interface Exported {
  /** The end of each of its chains, by subject. */
  readonly tails: ReadonlyMap<string, Tail>;
  /** Hash of the event that every tenant of every store begins with. */
  readonly founding: string | undefined;
  /** Some event that asks for a call: its subject is a hash of the tenant, among others. */
  readonly asking: Asking | undefined;
}

/** What of a request its id is made of. */
interface Asking {
  readonly subject: string;
  readonly data: {
    readonly threadId: string;
    readonly turnId: string;
    readonly callId: string;
    readonly proposal: { readonly digest: string } | { readonly masked: { readonly digest: string } };
  };
}

const digest = () => z.object({ digest: z.string() });
const askingSchema: z.ZodType<Asking> = z.lazy(() =>
  z.object({
    subject: z.string(),
    data: z.object({
      threadId: z.string(),
      turnId: z.string(),
      callId: z.string(),
      proposal: z.union([digest(), z.object({ masked: digest() })]),
    }),
  }),
);

/** Reads an export to its end, and checks it by itself. @throws AUDIT_BROKEN, INVALID_ARGS */
export async function readExport(events: AsyncIterable<AuditEvent>): Promise<Exported> {
  let founding: string | undefined;
  let asking: Asking | undefined;
  const tails = await tailsOf(events, (event) => {
    if (event.seq !== 1 || event.type === "purged") return;
    if (event.subject === FOUNDING) founding = event.hash;
    else asking ??= askingSchema.safeParse(event).data;
  });
  return { tails, founding, asking };
}

/** @throws AUDIT_BROKEN with `foreign` for an export that did not begin in this store and tenant */
export async function refuseForeign(ledger: Ledger, { founding, asking }: Exported): Promise<void> {
  if (founding === undefined) return;
  const [first] = (await ledger.events(undefined, 1, FOUNDING)).events;
  if (first?.hash === founding) return;
  if (first)
    throw foreign(asking ? `it is of another ${isOf(ledger.tenant, asking) ? "store" : "tenant"}` : "it is of another store or tenant");
  // In a tenant that has something, the record of freezes is missed by whoever verifies it.
  const { done } = await subjectsOf(ledger).next();
  if (done) throw foreign("nothing is recorded here");
}

export function foreign(flaw: string): CountersignError<"AUDIT_BROKEN"> {
  return new CountersignError("AUDIT_BROKEN", { subject: FOUNDING, seq: 1, flaw, foreign: true });
}

function isOf(tenant: string, { subject, data }: Asking): boolean {
  const { threadId, turnId, callId, proposal } = data;
  // Tool and arguments are in the digest.
  const call = { turnId, callId, tool: "", args: {} };
  return requestIdOf(tenant, threadId, call, ("masked" in proposal ? proposal.masked : proposal).digest) === subject;
}
