import type { Batch, Change } from "@countersign/core/store";
import { encode } from "./json.ts";
import { grantColumns, requestColumns, threadColumns, type Columns } from "./rows.ts";
import { toText } from "./text.ts";

type Kind = "thread" | "request" | "grant";
export type Put = Extract<Change, { op: "put" }>;
export type Add = Extract<Change, { op: "add" }>;

/** All that a batch wants of one record. */
interface Wanted {
  readonly put: Put | undefined;
  readonly adds: readonly Add[];
  readonly required: number | undefined;
}

/** No record has this version: what can't be what its author meant is refused by the same judge as the rest. */
const IMPOSSIBLE = -1;

/**
 * The parameters of the commit functions. Records become rows here, before any lock is taken.
 * @throws TypeError for a value that JSON can't carry
 */
export function parametersOf(batch: Batch): readonly unknown[] {
  const { tenant, changes, events, before } = batch;
  const blobs: Uint8Array[] = [];
  const drops = changes.filter((change) => change.op === "drop").map(({ subject, through }) => ({ subject: toText(subject), through }));
  const appended = events.map((event) => ({ subject: toText(event.subject), seq: event.seq, type: event.type, event: encode(event) }));
  return [
    toText(tenant),
    before ?? null,
    rowsOf("thread", changes, (put) =>
      put.kind === "thread" ? { ...threadColumns(put.record), ...placed(put.record.continuation, blobs) } : {},
    ),
    rowsOf("request", changes, (put) => (put.kind === "request" ? requestColumns(put.record, put.expects + 1) : {})),
    rowsOf("grant", changes, (put) => (put.kind === "grant" ? grantColumns(put.record, put.expects + 1) : {})),
    listed(drops),
    listed(appended),
    blobs.length > 0 ? Buffer.concat(blobs) : null,
  ];
}

/** One row for each record, in the order of the changes. */
function rowsOf(kind: Kind, changes: readonly Change[], columnsOf: (put: Put) => Columns & object): string | null {
  const rows = [...wantedOf(kind, changes)].map(([id, { put, adds, required }]) => ({
    id: toText(id),
    ...(put ? { expects: put.expects, ...columnsOf(put) } : {}),
    ...(adds.length > 0 ? { plus: adds.reduce((sum, { by }) => sum + by, 0), least: leastFor(adds) } : {}),
    ...(required === undefined ? {} : { required }),
  }));
  return listed(rows);
}

function listed(rows: readonly object[]): string | null {
  return rows.length > 0 ? encode(rows) : null;
}

function wantedOf(kind: Kind, changes: readonly Change[]): ReadonlyMap<string, Wanted> {
  const all = new Map<string, Wanted>();
  for (const change of changes) {
    const id = idOf(kind, change);
    if (id === undefined) continue;
    const wanted = all.get(id) ?? { put: undefined, adds: [], required: undefined };
    all.set(id, together(wanted, change));
  }
  return all;
}

function idOf(kind: Kind, change: Change): string | undefined {
  if (change.op === "put") return change.kind === kind ? change.record.id : undefined;
  if (change.op === "add") return change.kind === kind ? change.id : undefined;
  return change.op === "require" && kind === "thread" ? change.threadId : undefined;
}

function together(wanted: Wanted, change: Change): Wanted {
  switch (change.op) {
    case "put":
      return { ...wanted, put: wanted.put ? { ...change, expects: IMPOSSIBLE } : change };
    case "add":
      return { ...wanted, adds: [...wanted.adds, change] };
    case "require": {
      const contradicts = wanted.required !== undefined && wanted.required !== change.fence;
      return { ...wanted, required: contradicts ? IMPOSSIBLE : change.fence };
    }
    case "drop":
      return wanted;
  }
}

/** What the counter must be now, so that each addition in turn reaches its floor. */
function leastFor(adds: readonly Add[]): number | null {
  let sum = 0;
  let least = -Infinity;
  for (const { by, floor = -Infinity } of adds) {
    sum += by;
    least = Math.max(least, floor - sum);
  }
  return Number.isFinite(least) ? least : null;
}

/** Where the bytes stand in the one parameter that carries all of them; the server counts from 1. */
function placed(bytes: Uint8Array | undefined, blobs: Uint8Array[]): Columns {
  if (!bytes) return {};
  const start = blobs.reduce((length, blob) => length + blob.byteLength, 0) + 1;
  blobs.push(bytes);
  return { start, length: bytes.byteLength };
}
