import type { Batch, Change } from "@countersign/core/store";
import { eventFields } from "./events.ts";
import { grantFields } from "./grant-row.ts";
import { requestFields } from "./request-row.ts";
import { toText } from "./text.ts";
import { threadFields } from "./thread-row.ts";
import { rowsText, type Fields } from "./wire.ts";

export type Put = Extract<Change, { op: "put" }>;
export type Add = Extract<Change, { op: "add" }>;
type PutOf<K extends Put["kind"]> = Extract<Put, { kind: K }>;

/** All that a batch wants of one record. */
interface Wanted<K extends Put["kind"]> {
  readonly put?: PutOf<K>;
  readonly adds: readonly Add[];
  readonly required?: number;
  /** A request is inserted into it: nobody else shall insert one until the commit. */
  readonly grows?: boolean;
}

/** No record has this version or fence: what can't be what its author meant is refused by the same judge as the rest. */
const IMPOSSIBLE = -1;

/**
 * The parameters of the commit functions. Records become rows here, before any lock is taken. The first event is written
 * with the mark.
 * @throws TypeError for a value that JSON can't carry
 */
export function parametersOf({ tenant, changes, events, before }: Batch, mark: string): readonly unknown[] {
  const [requests, blobs]: [readonly (readonly [string, Wanted<"request">])[], Uint8Array[]] = [sorted("request", changes), []];
  const rows = (isNew: boolean): readonly Fields[] =>
    requests.flatMap(([id, { put }]) => (put && (put.expects === 0) === isNew ? [requestRow(id, put)] : []));
  return [
    toText(tenant),
    before ?? null,
    rowsText(
      18,
      sorted("thread", changes).map(([id, wanted]) => threadRow(id, wanted, blobs)),
    ),
    rowsText(32, rows(true)),
    rowsText(32, rows(false)),
    rowsText(
      18,
      sorted("grant", changes).map(([id, wanted]) => grantRow(id, wanted)),
    ),
    rowsText(
      2,
      changes.flatMap((change) => (change.op === "drop" ? [[toText(change.subject), change.through]] : [])),
    ),
    rowsText(6, events.map(eventFields)),
    blobs.length > 0 ? Buffer.concat(blobs) : null,
    mark || null,
  ];
}

/** Rows that are there are locked in this order, whatever batch they are in. What is new keeps the order of asking. */
function sorted<K extends Put["kind"]>(kind: K, changes: readonly Change[]): readonly (readonly [string, Wanted<K>])[] {
  const isNew = ({ put }: Wanted<K>): boolean => kind === "request" && put?.expects === 0;
  return [...wantedOf(kind, changes)].sort(([a, one], [b, other]) => {
    if (isNew(one) || isNew(other)) return Number(isNew(other)) - Number(isNew(one));
    return a < b ? -1 : 1;
  });
}

function threadRow(id: string, { put, adds, required, grows }: Wanted<"thread">, blobs: Uint8Array[]): Fields {
  // A row with a fence alone is locked together with others.
  const counter = [sumOf(adds) ?? (grows && required !== undefined ? 0 : undefined), leastFor(adds)];
  if (!put) return [toText(id), null, required, ...counter];
  return [toText(id), put.expects, required, ...counter, ...threadFields(put.record), ...placed(put.record.continuation, blobs)];
}

function requestRow(id: string, { expects, record }: PutOf<"request">): Fields {
  return [toText(id), expects, ...requestFields(record, expects === 0)];
}

function grantRow(id: string, { put, adds }: Wanted<"grant">): Fields {
  return [toText(id), put?.expects, sumOf(adds), leastFor(adds), ...(put ? grantFields(put.record) : [])];
}

function wantedOf<K extends Put["kind"]>(kind: K, changes: readonly Change[]): ReadonlyMap<string, Wanted<K>> {
  const all = new Map<string, Wanted<K>>();
  const of = (id: string): Wanted<K> => all.get(id) ?? { adds: [] };
  for (const change of changes) {
    if (change.op === "put" && change.kind === kind) {
      const { id } = change.record;
      // A second put of one record in a batch.
      all.set(id, { ...of(id), put: (of(id).put ? { ...change, expects: IMPOSSIBLE } : change) as PutOf<K> });
    } else if (change.op === "add" && change.kind === kind) {
      all.set(change.id, { ...of(change.id), adds: [...of(change.id).adds, change] });
    } else if (change.op === "require" && kind === "thread") {
      const { required = change.fence } = of(change.threadId);
      all.set(change.threadId, { ...of(change.threadId), required: required === change.fence ? required : IMPOSSIBLE });
    } else if (change.op === "put" && change.kind === "request" && kind === "thread" && change.expects === 0) {
      all.set(change.record.threadId, { ...of(change.record.threadId), grows: true });
    }
  }
  return all;
}

function sumOf(adds: readonly Add[]): number | undefined {
  return adds.length === 0 ? undefined : adds.reduce((sum, { by }) => sum + by, 0);
}

/** What the counter must be now, so that each addition in turn reaches its floor. */
function leastFor(adds: readonly Add[]): number | undefined {
  let sum = 0;
  let least = -Infinity;
  for (const { by, floor = -Infinity } of adds) {
    sum += by;
    least = Math.max(least, floor - sum);
  }
  return Number.isFinite(least) ? least : undefined;
}

/** Where the bytes stand in the one parameter that carries all of them; the server counts from 1. */
function placed(bytes: Uint8Array | undefined, blobs: Uint8Array[]): Fields {
  if (!bytes) return [];
  const start = blobs.reduce((length, blob) => length + blob.byteLength, 0) + 1;
  blobs.push(bytes);
  return [start, bytes.byteLength];
}
