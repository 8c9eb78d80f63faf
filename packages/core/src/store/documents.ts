import { z } from "zod";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Page } from "../contract/request.ts";
import { unreadableRecord } from "./unreadable.ts";

/** What a surface keeps beside the requests: a session, a key, a saved position, a delivery. Its address is its collection and id. */
export interface DocumentRecord {
  readonly collection: string;
  readonly id: string;
  /** 1 for a new one, and one more with each put and each claim. One that is put anew, after its end, begins at 1 again. */
  readonly version: number;
  readonly body: JsonObject;
  /** Unix ms: from then on `claimDue` finds it. Absent: never. */
  readonly dueAt?: number | undefined;
  /** Unix ms: from then on it isn't there. Absent: it stays. */
  readonly expiresAt?: number | undefined;
}

/** A document as it is put: the store gives it its version. */
export type NewDocument = Omit<DocumentRecord, "version">;

/**
 * Whether it was written, with its events. `CONFLICT`: the document is not as expected; `TAKEN`: it is, and there is an
 * event already at the place of one of these. Then nothing was written.
 */
export type DocumentWritten = { readonly ok: true } | { readonly ok: false; readonly reason: "CONFLICT" | "TAKEN" };

/** Which documents to list. */
export interface DocumentQuery {
  readonly collection: string;
  /** Only those whose ids begin so. */
  readonly idPrefix?: string | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** `next` of the page before, unchanged: the id that it ended with. */
  readonly after?: string | undefined;
}

/** Which due documents to claim, and for how long. */
export interface DocumentClaim {
  readonly collection: string;
  /** For so many ms nobody else gets them. */
  readonly leaseMs: number;
  /** How many at the most. */
  readonly limit: number;
}

/**
 * The part of a store that keeps documents. One whose `expiresAt` the store's clock has reached isn't there: for no read, no
 * delete and no claim, and a put may insert it as new. The store removes what is left of it in its own time: a few with
 * each call that writes, so that no call takes long.
 *
 * Collections and ids are names, of at most 512 bytes of UTF-8. Bodies are JSON. A write whose answer is lost is looked up
 * as that of a commit is; one that throws STORE_UNAVAILABLE may or may not have happened.
 */
export interface DocumentPort {
  /**
   * Writes the whole document as version `expects` + 1, and appends these events in the same transaction. `expects`: the
   * version that must be there now; 0: none. Of several processes that expect the same, one is answered `ok`.
   */
  put(tenant: string, document: NewDocument, expects: number, events?: readonly AuditEvent[]): Promise<DocumentWritten>;
  get(tenant: string, collection: string, id: string): Promise<DocumentRecord | undefined>;
  /** Removes it: of several processes, for one of them. `expects`: the version that must be there; undefined: any. */
  delete(tenant: string, collection: string, id: string, expects?: number, events?: readonly AuditEvent[]): Promise<DocumentWritten>;
  /**
   * In an order of ids that stays the same, so that a page stays right under writes. One whose bytes can't be read is named in
   * `unreadable` (`document/`, its collection, `/` and its id). @throws INVALID_ARGS for a limit that isn't one
   */
  list(tenant: string, query: DocumentQuery): Promise<Page<DocumentRecord>>;
  /**
   * Those of the collection whose `dueAt` the store's clock has reached, the longest overdue first. Each is claimed by this
   * call: its version goes up by one, and `dueAt` moves to now and `leaseMs`. The version is the fence: whoever has claimed it
   * goes on with a put or a delete that expects this version, and fails once the document was claimed again. Answers them
   * as they are then. Never two callers get the same one in the same version.
   */
  claimDue(tenant: string, claim: DocumentClaim): Promise<readonly DocumentRecord[]>;
}

/** What an unreadable document is reported as. */
export function documentName({ collection, id }: Pick<DocumentRecord, "collection" | "id">): string {
  return `document/${collection}/${id}`;
}

const documentSchema = z.lazy(() =>
  z.object({
    collection: z.string(),
    id: z.string(),
    version: z.number(),
    body: jsonObjectSchema,
    dueAt: z.number().optional(),
    expiresAt: z.number().optional(),
  }),
);

/** What a store gave back, checked. @throws STORE_UNAVAILABLE (not retryable) for a document that can't be read */
export function parseDocument(value: DocumentRecord): DocumentRecord {
  const parsed = documentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadableRecord(documentName(value), `${issue?.path.map(String).join(".") || "the document"}: ${issue?.message}`);
}
