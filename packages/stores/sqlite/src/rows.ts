import type { SQLInputValue } from "node:sqlite";
import {
  audienceOf,
  barredFrom,
  deadlineOf,
  partiesOf,
  searchedWords,
  type GrantRecord,
  type RequestRecord,
  type ThreadRecord,
} from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, encode, nameIn } from "./json.ts";

/** The columns of one row by name, ready to be bound. */
export type Columns = { readonly [column: string]: SQLInputValue };

/** Where a request was asked is part of its id or never changes: written once. Its digest does when it is edited. */
export function originColumns(record: RequestRecord): Columns {
  const { threadId, turnId, agent, tool, askedAt, proposal } = record;
  const words = record.state === "purged" ? [] : searchedWords(record).filter((word) => word !== record.id);
  return { thread_id: threadId, turn_id: turnId, agent, tool, asked_at: askedAt, digest: proposal.digest, words: encode(words) };
}

export function requestColumns(record: RequestRecord, version: number): Columns {
  const { tenant, id, version: _, result, ...rest } = record;
  const audience = audienceOf(record);
  const barred = barredFrom(record);
  return {
    version,
    state: record.state,
    requested_by: record.requestedBy?.id ?? null,
    decided_at: record.decidedAt ?? null,
    deadline: deadlineOf(record),
    execute_within: record.executeWithin ?? null,
    notice_at: record.noticeAt ?? null,
    // What the index of deadlines asks: a claim that was given back as not started leaves 0.
    attempt: record.begun ? record.attempt : 0,
    lease_until: record.leaseUntil,
    audience: audience ? encode(audience) : null,
    barred: barred.length > 0 ? encode(barred) : null,
    parties: encode(partiesOf(record)),
    record: encode(rest),
    result: result === undefined ? null : encode(result),
  };
}

export function toRequest(tenant: string, row: Row): RequestRecord {
  const record = { ...(decode(row, "record") as RequestRecord), ...addressOf(tenant, row) };
  return row["result"] === null ? record : { ...record, result: decode(row, "result") };
}

/** What no JSON says, because the row does. */
function addressOf(tenant: string, row: Row): { readonly tenant: string; readonly id: string; readonly version: number } {
  return { tenant, id: nameIn(row, "id"), version: Number(row["version"]) };
}

/** `open` is no part of a put. */
export function threadColumns(record: ThreadRecord, version: number): Columns {
  const { tenant, id, version: _, open, state, fence, holder, leaseUntil, notBefore, closedAt, agent, ...named } = record;
  const { context, outcome, input, continuation, ...rest } = named;
  const times = { lease_until: leaseUntil, not_before: notBefore, closed_at: closedAt ?? null };
  return { version, state, fence, holder: holder ?? null, ...times, agent, record: encode(rest) };
}

/** What can be large: undefined if there is none of it. */
export function threadBodyColumns({ context, outcome, input, continuation }: ThreadRecord): Columns | undefined {
  if ([context, outcome, input, continuation].every((part) => part === undefined)) return undefined;
  return { body: encode({ context, outcome, input }), continuation: continuation ? bound(continuation) : null };
}

/** Node 22.13 binds empty bytes as NULL if no memory stands behind them. */
function bound(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength > 0 ? bytes : new Uint8Array(new ArrayBuffer(1), 0, 0);
}

/** Columns win over the JSON: claiming a due thread changes them alone. */
export function toThread(tenant: string, row: Row): ThreadRecord {
  const { state, open, fence, lease_until, not_before, closed_at, continuation } = row;
  const times = { leaseUntil: lease_until, notBefore: not_before, closedAt: closed_at ?? undefined };
  const holder = (nameIn(row, "holder") as string | null) ?? undefined;
  const columns = { ...addressOf(tenant, row), state, open, fence, holder, ...times, agent: nameIn(row, "agent") };
  const body = row["body"] === null ? {} : (decode(row, "body", "thread/") as object);
  return {
    ...(decode(row, "record", "thread/") as object),
    ...body,
    ...columns,
    continuation: continuation ?? undefined,
  } as unknown as ThreadRecord;
}

/** `uses` is no part of a put. */
export function grantColumns(record: GrantRecord, version: number): Columns {
  const { tenant, id, version: _, uses, ...rest } = record;
  const { namespace, tool, agent } = record.grant;
  return { version, namespace: namespace ?? null, tool, agent, record: encode(rest) };
}

export function toGrant(tenant: string, row: Row): GrantRecord {
  return { ...(decode(row, "record", "grant/") as GrantRecord), ...addressOf(tenant, row), uses: Number(row["uses"]) };
}
