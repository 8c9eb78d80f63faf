import { audienceOf, barredFrom, type GrantRecord, type RequestRecord, type ThreadRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, encode } from "./json.ts";
import { fromText, toText } from "./text.ts";

/** A row as the commit functions take it: a JSON object. */
export type Columns = { readonly [column: string]: string | number | readonly string[] | null };

const text = (name: string | undefined): string | null => (name === undefined ? null : toText(name));

export function requestColumns(record: RequestRecord, version: number): Columns {
  const { result, decisions, proposal, approvedArgs, terms, ...rest } = record;
  const barred = barredFrom(record);
  return {
    state: record.state,
    threadId: toText(record.threadId),
    turnId: toText(record.turnId),
    agent: toText(record.agent),
    tool: toText(record.tool),
    requestedBy: text(record.requestedBy?.id),
    askedAt: record.askedAt,
    decidedAt: record.decidedAt ?? null,
    expiresAt: record.expiresAt ?? null,
    executeWithin: record.executeWithin ?? null,
    attempt: record.attempt,
    leaseUntil: record.leaseUntil,
    audience: audienceOf(record)?.map(toText) ?? null,
    barred: barred.length > 0 ? barred.map(toText) : null,
    decisions: encode(decisions),
    signed: encode({ proposal, approvedArgs, terms }),
    record: encode({ ...rest, version }),
    result: result === undefined ? null : encode(result),
  };
}

/** The columns that {@link toRequest} reads. */
export const REQUEST = "record, decisions, signed, result";

export function toRequest(row: Row): RequestRecord {
  const parts = decode(String(row["record"]), "a request") as RequestRecord;
  const signed = decode(String(row["signed"]), `request ${parts.id}`) as Pick<RequestRecord, "proposal" | "approvedArgs" | "terms">;
  const decisions = decode(String(row["decisions"]), `request ${parts.id}`) as RequestRecord["decisions"];
  const record = { ...parts, ...signed, decisions };
  return row["result"] === null ? record : { ...record, result: decode(String(row["result"]), `request ${parts.id}`) };
}

/** `open` is no part of a put. The continuation travels apart, as bytes. */
export function threadColumns(record: ThreadRecord): Columns {
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
  return {
    state,
    fence,
    holder: text(holder),
    leaseUntil,
    notBefore,
    closedAt: closedAt ?? null,
    agent: toText(agent),
    record: encode(rest),
    body: hasBody ? encode({ context, outcome, input }) : null,
  };
}

/** Columns win over the JSON: claiming a due thread changes them alone. */
export function toThread(row: Row): ThreadRecord {
  const id = fromText(String(row["id"]));
  const rest = decode(String(row["record"]), `thread ${id}`) as object;
  const body = row["body"] === null ? {} : (decode(String(row["body"]), `thread ${id}`) as object);
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

/** `uses` is no part of a put. */
export function grantColumns(record: GrantRecord, version: number): Columns {
  const { uses, ...rest } = record;
  const { namespace, tool, agent } = record.grant;
  return { namespace: text(namespace), tool: toText(tool), agent: toText(agent), record: encode({ ...rest, version }) };
}

export function toGrant(row: Row): GrantRecord {
  return { ...(decode(String(row["record"]), "a grant") as GrantRecord), uses: Number(row["uses"]) };
}
