import type { AuditEvent, DocumentClaim, DocumentQuery, DocumentRecord, DocumentWritten } from "@countersign/core/store";
import type { TenantState } from "./state.ts";

/** What a write leaves of one document: undefined: none of it. */
export interface DocumentChange {
  readonly collection: string;
  readonly id: string;
  readonly next: DocumentRecord | undefined;
}

type Address = Pick<DocumentRecord, "collection" | "id">;
const documentKey = ({ collection, id }: Address): string => JSON.stringify([collection, id]);

/** As it is there: what has expired isn't. */
export function documentIn({ documents }: TenantState, address: Address, now: number): DocumentRecord | undefined {
  const document = documents.get(documentKey(address));
  return document && isThere(document, now) ? document : undefined;
}

/** How a write is answered that expects this version (0: none; undefined: any that is there). */
export function judged(
  state: TenantState,
  address: Address,
  expects: number | undefined,
  events: readonly AuditEvent[],
  now: number,
): DocumentWritten {
  const version = documentIn(state, address, now)?.version ?? 0;
  if (expects === undefined ? version === 0 : version !== expects) return { ok: false, reason: "CONFLICT" };
  const places = [...state.events.values(), ...events].map(({ subject, seq }) => JSON.stringify([subject, seq]));
  return new Set(places).size < places.length ? { ok: false, reason: "TAKEN" } : { ok: true };
}

export function change({ documents }: TenantState, { next, ...address }: DocumentChange): void {
  if (next) documents.set(documentKey(address), next);
  else documents.delete(documentKey(address));
}

/** By id. */
export function listed({ documents }: TenantState, { collection, idPrefix = "" }: DocumentQuery, now: number): readonly DocumentRecord[] {
  return [...documents.values()]
    .filter((document) => document.collection === collection && document.id.startsWith(idPrefix) && isThere(document, now))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What a claim takes, as it then is. The longest overdue first. */
export function claimedBy(
  { documents }: TenantState,
  { collection, leaseMs, limit }: DocumentClaim,
  now: number,
): readonly DocumentRecord[] {
  return [...documents.values()]
    .filter(({ dueAt = Infinity, ...document }) => document.collection === collection && dueAt <= now && isThere(document, now))
    .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
    .slice(0, limit)
    .map((document) => ({ ...document, version: document.version + 1, dueAt: now + leaseMs }));
}

function isThere({ expiresAt = Infinity }: Pick<DocumentRecord, "expiresAt">, now: number): boolean {
  return expiresAt > now;
}
