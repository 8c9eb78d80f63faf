import {
  pageLimit,
  type AuditEvent,
  type DocumentClaim,
  type DocumentPort,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentWritten,
  type NewDocument,
  type Page,
} from "@countersign/core/store";
import { append } from "./commit.ts";
import { copy } from "./copy.ts";
import type { Tenant } from "./tenant.ts";

/** How many documents a write looks at, to remove what has expired of them. */
const LOOKED_AT = 20;

/** What the documents work with. */
interface Setting {
  readonly of: (tenant: string) => Tenant;
  /** Unix ms. */
  readonly now: () => number;
  readonly written: () => void;
}

type Address = Pick<DocumentRecord, "collection" | "id">;

/** The part of the store that keeps documents. */
export function documentsIn({ of, now, written }: Setting): DocumentPort {
  function write(tenant: Tenant, address: Address, wanted: Wanted, next: DocumentRecord | undefined, events: readonly AuditEvent[]) {
    const answer = change(tenant, address, wanted, copy({ next, events }), now());
    if (answer.ok) written();
    return answer;
  }

  return {
    put: async (tenant, document, expects, events = []) =>
      write(of(tenant), document, { version: expects }, { ...document, version: expects + 1 }, events),
    get: async (tenant, collection, id) => copy(there(of(tenant), { collection, id }, now())),
    delete: async (tenant, collection, id, expects, events = []) =>
      write(of(tenant), { collection, id }, expects === undefined ? "any" : { version: expects }, undefined, events),
    list: async (tenant, query) => list(of(tenant), query, now()),
    claimDue: async (tenant, claim) => copy(claimDue(of(tenant), claim, now())),
  };
}

/** The version that must be there; 0: none. */
type Wanted = { readonly version: number } | "any";

/** All or nothing: whatever can't be copied was copied before. */
function change(
  tenant: Tenant,
  address: Address,
  wanted: Wanted,
  { next, events }: { readonly next: DocumentRecord | undefined; readonly events: readonly AuditEvent[] },
  now: number,
): DocumentWritten {
  const version = there(tenant, address, now)?.version ?? 0;
  const isWanted = (wanted === "any" || version === wanted.version) && (next !== undefined || version > 0);
  if (!isWanted) return { ok: false, reason: "CONFLICT" };
  const places = new Set(events.map(({ subject, seq }) => `${seq}/${subject}`));
  const isTaken = places.size < events.length || events.some(({ subject, seq }) => tenant.chains.get(subject)?.has(seq));
  if (isTaken) return { ok: false, reason: "TAKEN" };
  if (next) tenant.documents.set(keyOf(address), next);
  else tenant.documents.delete(keyOf(address));
  for (const event of events) append(tenant, event);
  removeExpired(tenant, now);
  return { ok: true };
}

/** @throws INVALID_ARGS for a bad limit */
function list(tenant: Tenant, query: DocumentQuery, now: number): Page<DocumentRecord> {
  const { collection, idPrefix = "", after } = query;
  const limit = pageLimit(query);
  const found = [...tenant.documents.values()]
    .filter((document) => document.collection === collection && document.id.startsWith(idPrefix) && isThere(document, now))
    .filter(({ id }) => after === undefined || id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = found.slice(0, limit);
  return copy({ items, next: found.length > limit ? items.at(-1)?.id : undefined });
}

function claimDue(tenant: Tenant, { collection, leaseMs, limit }: DocumentClaim, now: number): readonly DocumentRecord[] {
  removeExpired(tenant, now);
  return [...tenant.documents.values()]
    .filter((document) => document.collection === collection && isThere(document, now))
    .flatMap((document) => (document.dueAt !== undefined && document.dueAt <= now ? [{ document, since: document.dueAt }] : []))
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ document }) => {
      const claimed = { ...document, version: document.version + 1, dueAt: now + leaseMs };
      tenant.documents.set(keyOf(document), claimed);
      return claimed;
    });
}

/** Goes round, a few at a time: no call takes longer because much has expired. */
function removeExpired(tenant: Tenant, now: number): void {
  const { documents } = tenant;
  tenant.round ??= documents.entries();
  for (let looked = 0; looked < LOOKED_AT; looked++) {
    const { value, done } = tenant.round.next();
    if (done) {
      tenant.round = undefined;
      return;
    }
    const [key, document] = value;
    if (!isThere(document, now)) documents.delete(key);
  }
}

function there({ documents }: Tenant, address: Address, now: number): DocumentRecord | undefined {
  const document = documents.get(keyOf(address));
  return document && isThere(document, now) ? document : undefined;
}

function isThere({ expiresAt = Infinity }: NewDocument, now: number): boolean {
  return expiresAt > now;
}

const keyOf = ({ collection, id }: Address): string => JSON.stringify([collection, id]);
