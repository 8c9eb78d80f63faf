import { z } from "zod";
import { jsonCopy } from "../canonical/json.ts";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { Gate } from "../contract/gate.ts";
import { nameSchema } from "../contract/name.ts";
import { timerMs } from "../contract/terms.ts";
import type { Page } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { internalsOf } from "../kernel.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { eventOf, readNote, type DocumentNote } from "../ledger/note.ts";
import { readPage } from "../store/page.ts";
import {
  parseDocument,
  type DocumentClaim,
  type DocumentPort,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentWritten,
  type NewDocument,
} from "../store/documents.ts";

/** The documents of one gate's tenant, as {@link documentsOf} gives them. Every call may throw STORE_UNAVAILABLE. */
export interface Documents {
  /** Undefined: there is none, or it has expired. @throws INVALID_ARGS */
  get(collection: string, id: string): Promise<DocumentRecord | undefined>;
  /**
   * Writes the whole document, if `expects` is its version now; 0: if there is none. Answers it as it then is, or undefined
   * if somebody else was faster: read it again. With a note, an event is recorded in the same transaction.
   *
   * A put that throws STORE_UNAVAILABLE may have happened. `get` tells: put something in the body that nobody else writes.
   * @throws INVALID_ARGS, NOT_JSON
   */
  put(document: NewDocument, expects: number, note?: DocumentNote): Promise<DocumentRecord | undefined>;
  /**
   * Removes it, if it is there in this version (`expects`) or in any. Answers whether this call did. With a note, an event is
   * recorded in the same transaction.
   * @throws INVALID_ARGS
   */
  delete(
    collection: string,
    id: string,
    options?: { readonly expects?: number | undefined; readonly note?: DocumentNote | undefined },
  ): Promise<boolean>;
  /** By id, a page at a time. @throws INVALID_ARGS */
  list(query: DocumentQuery): Promise<Page<DocumentRecord>>;
  /**
   * Takes what is due of a collection, the longest overdue first, and holds it for `leaseMs`. Its version is the fence: end
   * with a put or a delete that expects it. Without one, it is due again when the lease is over.
   * @throws INVALID_ARGS
   */
  claimDue(claim: DocumentClaim): Promise<readonly DocumentRecord[]>;
}

/**
 * What a surface keeps in the gate's own store: sessions, keys, links of accounts, saved positions, deliveries. Nothing of it
 * decides anything: that is `gate.decide` alone.
 * @example
 * const documents = documentsOf(gate);
 * const note = { subject: "key/ci", type: "key.given", by: alice, data: { scope: "reader" } };
 * await documents.put({ collection: "keys", id: "ci", body: { scope: "reader" } }, 0, note);
 * @throws SETUP for what is no gate, and for a store that keeps no documents
 */
export function documentsOf(gate: Gate): Documents {
  const { ledger } = internalsOf(gate).kernel;
  const { tenant } = ledger;
  const port = documentPortOf(ledger);

  return {
    async get(collection, id) {
      const address = parseInput(addressSchema, { collection, id }, "document", GET);
      const found = await port.get(tenant, address.collection, address.id);
      return found && parseDocument(found);
    },
    async put(given, expects, note) {
      const { body, ...rest } = parseInput(newSchema, given, "document", PUT);
      const document = { ...rest, body: jsonCopy(body) };
      const version = parseInput(z.int().min(0), expects, "expects", PUT);
      const written = await withNote(ledger, note, (events) => port.put(tenant, document, version, events));
      return written ? { ...document, version: version + 1 } : undefined;
    },
    async delete(collection, id, options = {}) {
      const address = parseInput(addressSchema, { collection, id }, "document", DELETE);
      const { expects } = parseInput(deleteSchema, options, "options", DELETE);
      return withNote(ledger, options.note, (events) => port.delete(tenant, address.collection, address.id, expects, events));
    },
    async list(query) {
      return readPage(await port.list(tenant, parseInput(querySchema, query, "query", LIST)), parseDocument);
    },
    async claimDue(claim) {
      return (await port.claimDue(tenant, parseInput(claimSchema, claim, "claim", CLAIM))).map(parseDocument);
    },
  };
}

const GET = 'Write documents.get("keys", "ci").';
const PUT = 'Write documents.put({ collection: "keys", id: "ci", body: {} }, 0), with the version that you have read in place of 0.';
const DELETE = 'Write documents.delete("keys", "ci"), or documents.delete("keys", "ci", { expects: document.version }).';
const LIST = 'Write documents.list({ collection: "keys" }).';
const CLAIM = 'Write documents.claimDue({ collection: "deliveries", leaseMs: 60_000, limit: 10 }).';

const time = () => z.int().min(0).optional();
const addressSchema = z.lazy(() => z.strictObject({ collection: nameSchema, id: nameSchema }));
const newSchema = z.lazy(() =>
  z.strictObject({ collection: nameSchema, id: nameSchema, body: jsonObjectSchema, dueAt: time(), expiresAt: time() }),
);
const deleteSchema = z.lazy(() => z.strictObject({ expects: z.int().min(1).optional(), note: z.unknown().optional() }));
/** Limit and cursor are the store's to judge. */
const querySchema: z.ZodType<DocumentQuery> = z.lazy(() =>
  z.strictObject({
    collection: nameSchema,
    idPrefix: z.string().optional(),
    limit: z.number().optional(),
    after: z.string().optional(),
  }),
);
const lease = () => z.number().refine((ms) => timerMs(ms) !== undefined, "expected ms above 0, and 24 days at most"); // prettier-ignore
const claimSchema = z.lazy(() => z.strictObject({ collection: nameSchema, leaseMs: lease(), limit: z.int().min(1).max(1_000) }));

function documentPortOf({ port }: Ledger): DocumentPort {
  if (port.documents) return port.documents;
  throw new CountersignError("SETUP", {
    hint: "This store keeps no documents: it has no `documents`. sqliteStore and postgresStore do. If the store is your own, docs/write-a-store.md says how to add them.",
  });
}

/** How often the end of a chain is looked up again that others write to at the same time. */
const TRIES = 100;

/** Writes, with the event that the note makes. Answers whether it was written. @throws INVALID_ARGS, STORE_UNAVAILABLE */
async function withNote(
  ledger: Ledger,
  given: DocumentNote | undefined,
  write: (events: Parameters<DocumentPort["put"]>[3]) => Promise<DocumentWritten>,
): Promise<boolean> {
  const note = given === undefined ? undefined : readNote(given);
  for (let tries = 0; tries < TRIES; tries++) {
    const written = await write(note && [await eventOf(ledger, note)]);
    if (written.ok || written.reason === "CONFLICT") return written.ok;
  }
  throw new CountersignError("STORE_UNAVAILABLE", { retryable: true, answered: "too many others write to the same chain" });
}
