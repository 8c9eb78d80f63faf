import { CountersignError, type ApprovalRequest } from "@countersign/core";
import type { Desk } from "./desk.ts";
import { EXIT } from "./exit.ts";
import { Failure, usage } from "./failure.ts";

/** Fewer characters than these would name another request tomorrow. */
const LEAST = 4;
const WHOLE = /^[0-9a-f]{32}$/;
const BEGINNING = /^[0-9a-f]+$/i;
/** Of those that an ambiguous beginning may mean, so many are named. */
const NAMED = 5;

/** The request with this id, or the only one whose id begins with it. @throws REQUEST_NOT_FOUND, Failure for one that may mean several */
export async function requestOf(desk: Desk, idOrPrefix: string): Promise<ApprovalRequest> {
  const id = await idOf(desk, idOrPrefix);
  const request = await desk.gate.get(id);
  if (!request) throw new CountersignError("REQUEST_NOT_FOUND", { id });
  return request;
}

/**
 * The id that is meant: a whole one as it is, else that of the only request that begins with it.
 * @throws REQUEST_NOT_FOUND, Failure for a beginning that is too short or may mean several
 */
export async function idOf({ gate }: Pick<Desk, "gate">, idOrPrefix: string): Promise<string> {
  if (idOrPrefix === "") throw missing("request");
  if (WHOLE.test(idOrPrefix) || !BEGINNING.test(idOrPrefix)) return idOrPrefix;
  if (idOrPrefix.length < LEAST) throw usage(`Give at least ${LEAST} characters of the id: ${idOrPrefix} is too short.`);
  const idPrefix = idOrPrefix.toLowerCase();
  const { items, next } = await gate.list({ idPrefix, order: "newest", limit: NAMED });
  const [only] = items;
  if (only && items.length === 1 && next === undefined) return only.id;
  if (!only) throw new CountersignError("REQUEST_NOT_FOUND", { id: idOrPrefix });
  throw severalBegin("requests", idOrPrefix, items.map(({ id }) => id), next !== undefined); // prettier-ignore
}

/** Of grants and freezes. */
const WHOLE_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The id that is meant: a whole one, or that of the only one of these that begins so. Without one: as it was given. */
export async function idAmong(what: string, read: () => Promise<readonly { readonly id: string }[]>, given: string): Promise<string> {
  if (given === "") throw missing(what.replace(/s$/, ""));
  if (WHOLE_ID.test(given) || given.length < LEAST) return given;
  const found = (await read()).map(({ id }) => id).filter((id) => id.startsWith(given.toLowerCase()));
  const [only, ...others] = found;
  if (only === undefined || others.length === 0) return only ?? given;
  throw severalBegin(what, given, found.slice(0, NAMED), found.length > NAMED);
}

function missing(what: string): Failure {
  return usage(`The id of the ${what} is missing: what was given is empty.`);
}

function severalBegin(what: string, given: string, ids: readonly string[], more: boolean): Failure {
  const message = `Several ${what} begin with ${given}: ${ids.join(", ")}${more ? " and others" : ""}. Give more of the id.`;
  return new Failure(EXIT.refused, message, { code: "REQUEST_NOT_FOUND", details: { id: given } });
}
