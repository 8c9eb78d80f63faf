import { createHash } from "node:crypto";
import { audienceOf, barredFrom, escalationOf, partiesOf, searchedWords, type RequestRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, decodeValue, encode, encodeInOrder } from "./json.ts";
import { fromText, nameOf, textOf, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

/**
 * Fields 3 to 32 of a request. Each value has one place. What is looked for, or held to rules, has a column; the rest is JSON
 * by who may change it: `terms` and `signed` are the signers', `record` is the executor's, and `asked` never changes. Nor do the
 * words of a search, which a new request alone has.
 */
export function requestFields(request: RequestRecord, isNew = false): Fields {
  const {
    id: _id,
    version: _version,
    tenant: _tenant,
    noticeAt: _noticeAt,
    result,
    was,
    holder,
    error,
    endedAt,
    ranWith,
    ...others
  } = request;
  const { terms, tier: _tier, proposal, decisions, ...rest } = others;
  const { state, seq, head, decidedAt, expiresAt, executeWithin, begun, attempt, leaseUntil, ...asked } = rest;
  const { threadId, turnId, agent, tool, namespace, requestedBy, grantId, askedAt, ...more } = asked;
  const { digest, args, by } = proposal;
  const isSigned = decisions.length > 0 || args !== undefined || by !== undefined;
  const { id: requester, ...about } = requestedBy ?? {};
  return [
    seq,
    toText(head),
    state,
    toText(digest),
    decidedAt,
    expiresAt,
    executeWithin,
    begun ? "t" : "f",
    attempt,
    leaseUntil,
    ...waitingFields(request),
    termsText(request),
    isSigned ? encodeInOrder({ decisions, edit: { args, by } }) : undefined,
    encode({ was, holder, error, endedAt, ranWith }),
    result === undefined ? undefined : encode(result),
    encodeInOrder({ ...more, ...(requestedBy && { requestedBy: about }) }),
    toText(threadId),
    toText(turnId),
    toText(agent),
    toText(tool),
    textOf(namespace),
    textOf(requester),
    textOf(grantId),
    askedAt,
    request.state === "purged" ? undefined : partiesOf(request).map(toText),
    isNew && request.state !== "purged" ? wordsOf(request) : undefined,
  ];
}

/** Under which terms, and on what beside the arguments, people sign. */
function termsText({ terms, tier, proposal: { parsed, description } }: Pick<RequestRecord, "terms" | "tier" | "proposal">): string {
  return encodeInOrder({ terms, tier, parsed, description });
}

/** The next notice, when it escalates and to what, whom it invites, and whom it bars. */
function waitingFields(request: RequestRecord): Fields {
  if (request.state !== "pending") return [request.noticeAt, undefined, undefined, undefined, undefined];
  const { expiresAt = Infinity } = request;
  const [escalation, barred] = [escalationOf(request), barredFrom(request)];
  const escalates = escalation && escalation.at < expiresAt ? [escalation.at, escalatedHash({ ...request, terms: escalation.terms })] : [];
  return [request.noticeAt, escalates[0], escalates[1], invited(request), barred.length > 0 ? barred.map(toText) : undefined];
}

/** What the database compares an escalation with. */
function escalatedHash(request: RequestRecord): string {
  return createHash("sha256")
    .update([termsText(request), ...(invited(request) ?? [])].join("\n"))
    .digest("hex");
}

function invited(request: RequestRecord): readonly string[] | undefined {
  return audienceOf(request)?.map(toText);
}

/** Its id leads to a request by itself. */
function wordsOf(request: RequestRecord): readonly string[] {
  return searchedWords(request).filter((word) => word !== request.id);
}

const COLUMNS =
  "tenant, id, version, seq, head, state, digest, decided_at, expires_at, execute_within, begun, attempt, lease_until, notice_at, terms, signed, record, result, asked, thread_id, turn_id, agent, tool, namespace, requested_by, grant_id, asked_at".split(
    ", ",
  );

/** The columns that {@link toRequest} reads, of this table or its alias. They are named: a later version may add others while this one runs. */
export function requestColumns(of: string): string {
  return COLUMNS.map((column) => `${of}.${column}`).join(", ");
}

export function toRequest(row: Row): RequestRecord {
  const id = fromText(String(row["id"]));
  const { terms, tier, ...beside } = decode(row, "terms", id) as Pick<RequestRecord, "terms" | "tier"> & Partial<RequestRecord["proposal"]>;
  const { decisions = [], edit = {} } = decode(row, "signed", id) as {
    readonly decisions?: RequestRecord["decisions"];
    readonly edit?: object;
  };
  const { requestedBy, ...asked } = decode(row, "asked", id) as { readonly requestedBy?: object };
  const requester = nameOf(row["requested_by"]);
  const number = (column: string): number => Number(row[column]);
  const time = (column: string): number | undefined => (row[column] as number | null) ?? undefined;
  return {
    ...asked,
    ...decode(row, "record", id),
    id,
    tenant: fromText(String(row["tenant"])),
    version: number("version"),
    seq: number("seq"),
    head: fromText(String(row["head"])),
    state: row["state"],
    proposal: { digest: fromText(String(row["digest"])), ...edit, ...beside },
    terms,
    ...(tier !== undefined && { tier }),
    decisions,
    decidedAt: time("decided_at"),
    expiresAt: time("expires_at"),
    executeWithin: time("execute_within"),
    begun: row["begun"],
    attempt: number("attempt"),
    leaseUntil: number("lease_until"),
    noticeAt: time("notice_at"),
    result: row["result"] === null ? undefined : decodeValue(row, "result", id),
    threadId: fromText(String(row["thread_id"])),
    turnId: fromText(String(row["turn_id"])),
    agent: fromText(String(row["agent"])),
    tool: fromText(String(row["tool"])),
    namespace: nameOf(row["namespace"]),
    requestedBy: requester === undefined ? undefined : { id: requester, ...requestedBy },
    grantId: nameOf(row["grant_id"]),
    askedAt: number("asked_at"),
  } as unknown as RequestRecord;
}
