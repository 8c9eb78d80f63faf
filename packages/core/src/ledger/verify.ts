import { z } from "zod";
import { threadSubject } from "../audit/subject.ts";
import type { Tail } from "../audit/trail.ts";
import type { AuditEvent, Verified } from "../contract/event.ts";
import type { Unreadable } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { unreadableIn } from "../store/unreadable.ts";
import { foreign, readExport, refuseForeign } from "./exported.ts";
import { FREEZES } from "./reserved.ts";
import type { Ledger } from "./ledger.ts";
import { subjectsOf } from "./subjects.ts";
import { Uses } from "./uses.ts";
import { verifySubject } from "./verify-subject.ts";

/** Records that are verified side by side. */
const AT_ONCE = 8;

const isIterable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
/** Strict: an export that is passed over would prove nothing, and nobody would know. */
const optionsSchema = z.lazy(() =>
  z
    .custom((given) => !isIterable(given), "expected an object, got the events themselves")
    .pipe(z.strictObject({ against: z.custom(isIterable, "expected events that can be gone through").optional() })),
);

/**
 * Every record against its chain: the chain is whole, and what it comes to is what the record says. One after the other, so
 * that a large store needs no more memory than a small one. A record that can't be read is named, and the others are verified.
 * @param given.against events of an earlier export: today's store must go on from them
 * @throws AUDIT_BROKEN naming the first that fails, INVALID_ARGS for an option that there isn't and for what is no event
 */
export async function verify(ledger: Ledger, given: { against?: AsyncIterable<AuditEvent> | undefined } = {}): Promise<Verified> {
  parseInput(optionsSchema, given, "options", "Write gate.verify({ against: events }), or no options.");
  const { against } = given;
  const exported = against && (await readExport(against));
  if (exported) await refuseForeign(ledger, exported);
  const unseen = new Map(exported?.tails);
  const unreadable = new Map<string, Unreadable>();
  const uses = new Uses();
  let [events, subjects, isFounded] = [0, 0, false];
  const look = async (subject: string): Promise<void> => {
    try {
      const { tail, record } = await verifySubject(ledger, subject, exported?.tails.get(subject));
      events += tail.seq - tail.from + 1;
      if (record) uses.add(record);
    } catch (error) {
      const found = unreadableIn(error);
      if (!found) throw error;
      unreadable.set(found.id, found);
    }
    subjects++;
  };
  for await (const group of groupsOf(subjectsOf(ledger), AT_ONCE)) {
    await Promise.all(group.map(look));
    isFounded ||= group.includes(threadSubject(FREEZES));
    for (const subject of group) unseen.delete(subject);
  }
  refuseMissing(unseen, exported?.tails.size);
  if (subjects > 0 && !isFounded) throw broken(threadSubject(FREEZES), 0, "the record of what is frozen is gone");
  await uses.verify(ledger, unreadable.size > 0);
  return { events, subjects, ...(unreadable.size > 0 ? { unreadable: [...unreadable.values()] } : {}) };
}

async function* groupsOf<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const one of all) {
    group.push(one);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Chains of the export that the store has nothing of. @param known how many the export has */
function refuseMissing(missing: ReadonlyMap<string, Tail>, known: number | undefined): void {
  const [first] = missing;
  if (!first) return;
  if (missing.size === known) throw foreign("the store has nothing of it");
  const [subject, { seq }] = first;
  throw broken(subject, seq, "the export has it, and the store has nothing of it: it was removed, or an older backup was restored");
}

function broken(subject: string, seq: number, flaw: string): CountersignError<"AUDIT_BROKEN"> {
  return new CountersignError("AUDIT_BROKEN", { subject, seq, flaw });
}
