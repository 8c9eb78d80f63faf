import { z } from "zod";
import { nextEvent } from "../audit/chain.ts";
import { isNoteSubject } from "../audit/subject.ts";
import { jsonCopy } from "../canonical/json.ts";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { JsonObject } from "../contract/json.ts";
import { nameSchema } from "../contract/name.ts";
import { originNote, originSchema, type Origin } from "../contract/origin.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Ledger } from "./ledger.ts";
import { readFreezes } from "./freezes.ts";
import { history } from "./subjects.ts";

/** What is to be recorded with a document's change: it becomes the next event of the subject's chain. */
export interface DocumentNote {
  /** Whose chain: a kind and an id, such as `key/ci`. `thread/` and `grant/` are core's. */
  readonly subject: string;
  /** What happened: two words or more, with a dot between, such as `key.given`. */
  readonly type: string;
  readonly by: Principal;
  /** What the event says. Everybody who may read the trail reads it: no secrets. */
  readonly data?: JsonObject | undefined;
  readonly origin?: Origin | undefined;
}

const NOTE = 'Write { subject: "key/ci", type: "key.given", by: { id: "alice" }, data: { scope: "reader" } }.';
const noteSchema = z.lazy(() =>
  z.strictObject({
    subject: nameSchema.refine(isNoteSubject, "expected a kind and an id, as in key/ci; thread/ and grant/ are taken"),
    type: z.string().regex(/^[a-z][a-z-]*(\.[a-z-]+)+$/, "expected words with a dot between, as in key.given"),
    by: principalSchema,
    data: jsonObjectSchema.refine((data) => !("note" in data), "there is no room for `note`: that is where the origin stands").optional(),
    origin: originSchema.optional(),
  }),
);

/** @throws INVALID_ARGS, NOT_JSON */
export function readNote(given: DocumentNote): DocumentNote {
  const { data, ...note } = parseInput(noteSchema, given, "note", NOTE);
  return { ...note, data: data && jsonCopy(data) };
}

/** The next event of its chain, as the chain is now. What every tenant's trail begins with is made if it isn't there. */
export async function eventOf(ledger: Ledger, { subject, type, by, data = {}, origin }: DocumentNote): Promise<AuditEvent> {
  if (!(await readFreezes(ledger))) await ledger.found();
  const [at, last] = await Promise.all([ledger.now(), lastOf(ledger, subject)]);
  return nextEvent(subject, { seq: last?.seq ?? 0, head: last?.hash ?? "" }, { type, at, actor: by, note: originNote(origin) }, data);
}

async function lastOf(ledger: Ledger, subject: string): Promise<AuditEvent | undefined> {
  let last: AuditEvent | undefined;
  for await (const event of history(ledger, subject)) last = event;
  return last;
}
