import { grantOf, isNoteSubject, threadOf } from "../audit/subject.ts";
import { link, type Tail } from "../audit/trail.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { flawOf } from "../store/parse-records.ts";
import type { ThreadRecord } from "../store/records.ts";
import { unreadableRecord } from "../store/unreadable.ts";
import { flawIn, idOf } from "./forged.ts";
import type { Ledger } from "./ledger.ts";
import { firstDifference, fold, type AnyRecord, type Proof } from "./proof.ts";
import { history } from "./subjects.ts";
import { keepsWaiting } from "./transition.ts";

/** What is read one after the other somebody may have written in between: then it is read again. A real fault stays. */
const TRIES = 100;
/** A counter that has gone up and down again looks as if it had stood still. */
const SURE = TRIES - 5;

interface VerifiedRecord {
  readonly tail: Tail;
  /** Undefined: the chain stands for itself. */
  readonly record: AnyRecord | undefined;
}

/**
 * One record against its chain. A chain that stands for itself is whole from its first event on: where it ends, only an export
 * can say.
 * @param exported the end of its chain in an earlier export
 * @throws AUDIT_BROKEN, STORE_UNAVAILABLE with `unreadable`
 */
export async function verifySubject(ledger: Ledger, subject: string, exported: Tail | undefined): Promise<VerifiedRecord> {
  for (let left = TRIES; ; left--) {
    const record = await recordOf(ledger, subject);
    try {
      return await compare(ledger, subject, record, exported);
    } catch (error) {
      if (left <= 1 || !isCountersignError(error, "AUDIT_BROKEN")) throw error;
      const now = await recordOf(ledger, subject);
      if (now?.version === record?.version && now?.head === record?.head) throw error;
    }
  }
}

async function compare(
  ledger: Ledger,
  subject: string,
  record: AnyRecord | undefined,
  exported: Tail | undefined,
): Promise<VerifiedRecord> {
  let tail: Tail | undefined;
  let proof: Proof = {};
  let isContinued = false;
  for await (const event of history(ledger, subject)) {
    tail = link(tail, event);
    proof = fold(proof, event);
    isContinued ||= exported !== undefined && continues(exported, event);
  }
  const refuse = (flaw: string, field?: string): never => {
    throw new CountersignError("AUDIT_BROKEN", { subject, seq: tail?.seq ?? 0, flaw, field });
  };
  if (!tail) return refuse("its record is there, and its chain is gone");
  if (exported && !isContinued) return refuse(departure(exported, tail));
  if (!record && isNoteSubject(subject))
    return tail.from === 1 ? { tail, record } : refuse("it begins with a purge, and nobody purges what has no record");
  if (!record) return refuse("the record that it is about is gone");
  if (record.seq !== tail.seq) return refuse(`it ends here, and its record names event ${record.seq} as the last: one of them was cut`);
  if (record.head !== tail.hash) return refuse("its record names another event as the last: the chain was written anew");
  const field = firstDifference(record, proof);
  if (field !== undefined) return refuse(`it says something else of \`${field}\` than its record`, field);
  const derived = await wronglyDerived(ledger, subject, record);
  if (derived !== undefined) return refuse(`\`${derived}\` of its record doesn't follow from the rest`, derived);
  return { tail, record };
}

/** Why the store does not go on from the export. */
function departure(exported: Tail, { seq }: Tail): string {
  if (seq < exported.seq) return `the export has ${exported.seq} events of it: the store was cut, or an older backup of it was restored`;
  return `event ${exported.seq} is another one than in the export: the chain was written anew, or a backup was restored and went on`;
}

/** Is this what the export ended with, or a purge that has taken its place since? */
function continues(
  { seq, hash }: Tail,
  event: { readonly seq: number; readonly prev: string; readonly hash: string; readonly type: string },
): boolean {
  if (event.type === "purged" && event.seq > seq) return event.seq > seq + 1 || event.prev === hash;
  return event.seq === seq && event.hash === hash;
}

/** As the store gives it: what a chain says must be all of it. @throws STORE_UNAVAILABLE for a record that can't be read */
async function recordOf(ledger: Ledger, subject: string): Promise<AnyRecord | undefined> {
  const { kind, record } = await readRecord(ledger, subject);
  const flaw = record && flawOf(kind, record);
  if (flaw !== undefined) throw unreadableRecord(subject, flaw);
  return record;
}

async function readRecord(ledger: Ledger, subject: string) {
  const { port, tenant } = ledger;
  const [threadId, grantId] = [threadOf(subject), grantOf(subject)];
  if (threadId !== undefined) return { kind: "thread", record: await port.getThread(tenant, threadId) } as const;
  if (grantId !== undefined) return { kind: "grant", record: await ledger.unparsedGrant(grantId) } as const;
  return { kind: "request", record: await port.getRequest(tenant, subject) } as const;
}

/** The first field that does not follow from the others. What users see of a request is computed, and kept nowhere. */
async function wronglyDerived(ledger: Ledger, subject: string, record: AnyRecord): Promise<string | undefined> {
  if (record.tenant !== ledger.tenant) return "tenant";
  if (record.id !== (threadOf(subject) ?? grantOf(subject) ?? subject)) return "id";
  if ("grant" in record) return record.expiresAt === record.grant.expiresAt && record.id === record.grant.id ? undefined : "expiresAt";
  if (!("proposal" in record)) return (await isCounted(ledger, record)) ? undefined : "open";
  if (record.state === "purged") return undefined;
  if (idOf(record) !== record.id) return "id";
  return flawIn(record) === undefined ? undefined : "digest";
}

/** Does the counter of a thread say how many of its requests keep it waiting? It moves without a version. */
async function isCounted({ port, tenant }: Ledger, { id }: ThreadRecord): Promise<boolean> {
  for (let left = TRIES; left > 0; left--) {
    const [thread, requests] = await Promise.all([port.getThread(tenant, id), port.requestsOfThread(tenant, id)]);
    if (thread?.open === requests.filter(({ state }) => keepsWaiting(state)).length) return true;
    const now = await port.getThread(tenant, id);
    if (left < SURE && now?.open === thread?.open) return false;
  }
  return false;
}
