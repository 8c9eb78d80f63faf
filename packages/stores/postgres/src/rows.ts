import { createHash } from "node:crypto";
import { audienceOf, barredFrom, escalationOf, type GrantRecord, type RequestRecord, type ThreadRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, encode } from "./json.ts";
import { fromText, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

const text = (name: string | undefined): string | undefined => (name === undefined ? undefined : toText(name));

/** Fields 3 to 14 of a request: what may change. */
export function requestFields(record: RequestRecord, version: number): Fields {
  const { result, decisions, proposal, terms, requestedBy, ...rest } = record;
  return [
    record.state,
    record.decidedAt,
    record.expiresAt,
    record.executeWithin,
    // What the index of deadlines asks: a claim that was given back as not started leaves 0.
    record.begun ? record.attempt : 0,
    record.leaseUntil,
    audienceOf(record)?.map(toText),
    barredFrom(record).map(toText),
    encode(decisions),
    signedText(record),
    encode({ ...rest, version }),
    result === undefined ? undefined : encode(result),
  ];
}

/** What the signatures are about. */
function signedText({ proposal, terms, requestedBy }: RequestRecord): string {
  return encode({ proposal, terms: inOrder(terms), requestedBy: requestedBy && inOrder(requestedBy) });
}

/** The text must stay the same as long as nobody signs, and core gives what it has read in another order. */
function inOrder(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Fields 2 to 4 of a notice: when a pending request is to be reminded of or escalated, and what it then is. Undefined: never. */
export function noticeFields(record: RequestRecord): Fields | undefined {
  const escalation = escalationOf(record);
  if (record.state !== "pending" || (record.noticeAt === undefined && !escalation)) return undefined;
  if (!escalation) return [record.noticeAt];
  const signed = createHash("sha256").update(signedText({ ...record, terms: escalation.terms }));
  return [record.noticeAt, escalation.at, signed.digest("hex")];
}

/** Fields 15 to 20 of a request: where it was asked is part of its id or never changes. */
export function originFields({ threadId, turnId, agent, tool, requestedBy, askedAt }: RequestRecord): Fields {
  return [toText(threadId), toText(turnId), toText(agent), toText(tool), text(requestedBy?.id), askedAt];
}

/** The columns that {@link toRequest} reads, beside `id` and `asked_at`. */
export const REQUEST = "state, record, decisions, signed, result, notice_at";

/** Columns win over the JSON: a role that may not sign is held to them. */
export function toRequest(row: Row): RequestRecord {
  const id = fromText(String(row["id"]));
  const parts = decode(row, "record", id) as RequestRecord;
  const signed = decode(row, "signed", id) as RequestRecord;
  const decisions = decode(row, "decisions", id) as RequestRecord["decisions"];
  const { proposal, terms, requestedBy } = signed;
  const state = String(row["state"]) as RequestRecord["state"];
  const result: unknown = row["result"] === null ? undefined : decode(row, "result", id);
  // Code of the version before has it no longer in the JSON, and leaves the column as it was.
  const noticeAt = parts.noticeAt ?? (state === "pending" ? ((row["notice_at"] as number | null) ?? undefined) : undefined);
  const askedAt = Number(row["asked_at"]);
  return { ...parts, id, askedAt, state, proposal, terms, requestedBy, decisions, noticeAt, result };
}

/** Fields 6 to 14 of a thread. `open` is no part of a put, and the continuation travels apart, as bytes. */
export function threadFields(record: ThreadRecord): Fields {
  const {
    id,
    version,
    open,
    state,
    fence,
    holder,
    leaseUntil,
    notBefore,
    closedAt,
    agent,
    context,
    outcome,
    input,
    continuation,
    ...rest
  } = record;
  const hasBody = [context, outcome, input].some((part) => part !== undefined);
  const body = hasBody ? encode({ context, outcome, input }) : undefined;
  return [state, fence, text(holder), leaseUntil, notBefore, closedAt, toText(agent), encode(rest), body];
}

/** The columns that {@link toThread} reads, by name: a later version may add others while this one runs. */
export const THREAD = "id, version, state, open, fence, holder, lease_until, not_before, closed_at, agent, record, body, continuation";

/** The same without what can be large. */
export const THREAD_HEAD =
  "id, version, state, open, fence, holder, lease_until, not_before, closed_at, agent, record, NULL AS body, NULL::bytea AS continuation";

/** Columns win over the JSON: claiming a due thread changes them alone. */
export function toThread(row: Row): ThreadRecord {
  const id = fromText(String(row["id"]));
  const rest = decode(row, "record", `thread/${id}`) as object;
  const body = row["body"] === null ? {} : (decode(row, "body", `thread/${id}`) as object);
  const columns = {
    id,
    version: Number(row["version"]),
    state: row["state"],
    open: Number(row["open"]),
    fence: Number(row["fence"]),
    holder: row["holder"] === null ? undefined : fromText(String(row["holder"])),
    leaseUntil: row["lease_until"],
    notBefore: row["not_before"],
    closedAt: row["closed_at"] ?? undefined,
    agent: fromText(String(row["agent"])),
    continuation: row["continuation"] === null ? undefined : new Uint8Array(row["continuation"] as Buffer),
  };
  return { ...rest, ...body, ...columns } as unknown as ThreadRecord;
}

/** Fields 5 to 8 of a grant. `uses` is no part of a put. */
export function grantFields(record: GrantRecord, version: number): Fields {
  const { uses, ...rest } = record;
  const { namespace, tool, agent } = record.grant;
  return [text(namespace), toText(tool), toText(agent), encode({ ...rest, version })];
}

export function toGrant(row: Row): GrantRecord {
  const id = fromText(String(row["id"]));
  return { ...(decode(row, "record", `grant/${id}`) as GrantRecord), id, uses: Number(row["uses"]) };
}
