import type { ThreadRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, encode } from "./json.ts";
import { fromText, nameOf, textOf, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

/** Fields 6 to 16 of a thread. `open` is no part of a put, and the continuation travels apart, as bytes. */
export function threadFields(record: ThreadRecord): Fields {
  const {
    id: _id,
    version: _version,
    tenant: _tenant,
    open: _open,
    continuation: _continuation,
    context,
    outcome,
    input,
    ...others
  } = record;
  const { seq, head, state, fence, holder, leaseUntil, notBefore, closedAt, agent, ...rest } = others;
  const hasBody = [context, outcome, input].some((part) => part !== undefined);
  const body = hasBody ? encode({ context, outcome, input }) : undefined;
  return [seq, toText(head), state, fence, textOf(holder), leaseUntil, notBefore, closedAt, toText(agent), encode(rest), body];
}

/** The columns that {@link toThread} reads beside what can be large, by name: a later version may add others while this one runs. */
const HEAD = "tenant, id, version, seq, head, state, open, fence, holder, lease_until, not_before, closed_at, agent, record";

export const THREAD: string = `${HEAD}, body, continuation`;

/** The same of this table or its alias. */
export function threadColumns(of: string): string {
  return THREAD.split(", ")
    .map((column) => `${of}.${column}`)
    .join(", ");
}

/** The same without what can be large. */
export const THREAD_HEAD: string = `${HEAD}, NULL AS body, NULL::bytea AS continuation`;

export function toThread(row: Row): ThreadRecord {
  const id = fromText(String(row["id"]));
  return {
    ...decode(row, "record", `thread/${id}`),
    ...decode(row, "body", `thread/${id}`),
    id,
    tenant: fromText(String(row["tenant"])),
    version: Number(row["version"]),
    seq: Number(row["seq"]),
    head: fromText(String(row["head"])),
    state: row["state"],
    open: Number(row["open"]),
    fence: Number(row["fence"]),
    holder: nameOf(row["holder"]),
    leaseUntil: row["lease_until"],
    notBefore: row["not_before"],
    closedAt: row["closed_at"] ?? undefined,
    agent: fromText(String(row["agent"])),
    continuation: row["continuation"] === null ? undefined : new Uint8Array(row["continuation"] as Buffer),
  } as unknown as ThreadRecord;
}
