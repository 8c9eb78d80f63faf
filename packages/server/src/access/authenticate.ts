import { CountersignError, type Principal } from "@countersign/core";
import { HttpError } from "../http/problem.ts";
import type { Arrival, Authenticate, Caller } from "./caller.ts";

/** The first way that knows the caller counts. @throws HttpError UNAUTHENTICATED if none does, or their time is over */
export async function callerOf(ways: readonly Authenticate[], request: Request, arrival: Arrival): Promise<Caller> {
  for (const way of ways) {
    const known = await way(request, arrival);
    if (!known) continue;
    const caller = asCaller(known);
    if (caller.until !== undefined && caller.until <= Date.now()) break;
    return caller;
  }
  throw new HttpError("UNAUTHENTICATED", { headers: { "WWW-Authenticate": "Bearer" } });
}

/** Ids of API keys begin so. Nobody else's do: a key could pass for a person, or a person for a key. */
export const KEY_PREFIX = "key:";

function asCaller(known: Caller | Principal): Caller {
  if (typeof known !== "object") throw noPrincipal();
  if (!("by" in known)) return asCaller({ by: known, kind: isOfPerson(known) ? "person" : "reviewer-bot" });
  const { by, kind } = known;
  if (!isPrincipal(by) || isOfPerson(by) !== (kind === "person")) throw noPrincipal();
  if (kind === "person" && [by.id, ...(by.aliases ?? [])].some((id) => id.startsWith(KEY_PREFIX)))
    throw new HttpError("UNAUTHENTICATED", { detail: `A person's id can't begin with ${KEY_PREFIX}: that is for API keys.` });
  return known;
}

function isOfPerson({ kind }: Principal): boolean {
  return kind === undefined || kind === "person";
}

/** Users of an application without an id, or without a role, must not all become one person, or have them letter by letter. */
function isPrincipal({ id, roles, aliases }: Principal): boolean {
  const isTexts = (list: unknown): boolean => list === undefined || (Array.isArray(list) && list.every((each) => typeof each === "string"));
  return typeof id === "string" && isTexts(roles) && isTexts(aliases) && ![id, ...(aliases ?? [])].includes("");
}

function noPrincipal(): CountersignError {
  const hint = "What authenticate answered is nobody that can act. Return { id, roles: [...] } of a person, or undefined for nobody.";
  return new CountersignError("SETUP", { hint });
}
