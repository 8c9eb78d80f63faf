import { setTimeout as sleep } from "node:timers/promises";
import {
  documentName,
  pageLimit,
  readEach,
  unreadableRecord,
  type AuditEvent,
  type DocumentPort,
  type DocumentRecord,
  type DocumentWritten,
} from "@countersign/core/store";
import { claimedBy, documentIn, judged, listed, type DocumentChange } from "../../src/store-suite/model/documents.ts";
import type { TenantState } from "../../src/store-suite/model/state.ts";

/** What happened to documents, and with them. */
export interface DocumentEntry {
  readonly op: "document";
  readonly tenant: string;
  readonly changes: readonly DocumentChange[];
  readonly events: readonly AuditEvent[];
}

/** Where mutants get at what can't be wrapped. */
export interface WeakDocuments {
  readonly due?: typeof claimedBy;
  /** Looks for what is due, and claims it a moment later. */
  readonly gap?: boolean;
  /** What its clock says to documents. */
  readonly clock?: () => number;
}

/** What an honest store has for its documents. */
interface Setting {
  readonly of: (tenant: string) => TenantState;
  readonly read: <T>(tenant: string, work: (state: TenantState) => T) => Promise<T>;
  readonly exclusively: <T>(work: (record: (entry: DocumentEntry) => void) => T) => T;
  readonly damaged: ReadonlySet<string>;
}

export function referenceDocuments(
  { of, read, exclusively, damaged }: Setting,
  { due = claimedBy, gap = false, clock = Date.now }: WeakDocuments,
): DocumentPort {
  function whole(document: DocumentRecord): DocumentRecord {
    const name = documentName(document);
    if (damaged.has(name)) throw unreadableRecord(name, "it was damaged");
    return document;
  }

  function write(tenant: string, next: DocumentChange, expects: number | undefined, events: readonly AuditEvent[]): DocumentWritten {
    return exclusively((record) => {
      const answer = judged(of(tenant), next, expects, events, clock());
      if (answer.ok) record({ op: "document", tenant, changes: [next], events });
      return answer;
    });
  }

  return {
    put: async (tenant, document, expects, events = []) => {
      const { collection, id } = document;
      return write(tenant, { collection, id, next: { ...document, version: expects + 1 } }, expects, events);
    },
    delete: async (tenant, collection, id, expects, events = []) => write(tenant, { collection, id, next: undefined }, expects, events),
    get: (tenant, collection, id) =>
      read(tenant, (state) => {
        const found = documentIn(state, { collection, id }, clock());
        return found && whole(found);
      }),
    list: (tenant, query) =>
      read(tenant, (state) => {
        const limit = pageLimit(query);
        const rest = listed(state, query, clock()).filter(({ id }) => query.after === undefined || id > query.after);
        const page = rest.slice(0, limit);
        return { ...readEach(page, whole), next: rest.length > limit ? page.at(-1)?.id : undefined };
      }),
    claimDue: async (tenant, claim) => {
      const look = () => due(of(tenant), claim, clock());
      const early = gap ? exclusively(look) : undefined;
      if (early) await sleep(2);
      return exclusively((record) => {
        const found = early ?? look();
        if (found.length > 0) record({ op: "document", tenant, changes: found.map((next) => ({ ...next, next })), events: [] });
        return readEach(found, whole).items;
      });
    },
  };
}
