import { CountersignError, isCountersignError, type ApprovalRequest } from "@countersign/core";
import type { Context } from "../http/endpoint.ts";

/**
 * The request, if they may see it. Whoever may not is answered as if it weren't there, also where its record is broken.
 * @throws REQUEST_NOT_FOUND, and for those who see all what `gate.get` throws
 */
export async function findRequest(context: Context, id: string): Promise<ApprovalRequest> {
  const request = await visibleRequest(context, id);
  if (!request) throw new CountersignError("REQUEST_NOT_FOUND", { id });
  return request;
}

/** The same. Undefined: not there, for them. */
export async function visibleRequest({ gate, rights }: Context, id: string): Promise<ApprovalRequest | undefined> {
  if (!REQUEST_ID.test(id)) return undefined;
  try {
    const request = await gate.get(id);
    return request && rights.sees(request, Date.now()) ? request : undefined;
  } catch (error) {
    if (rights.seesAll || !isOfRecord(error)) throw error;
    return undefined;
  }
}

/** How a request's id looks. No other chain of events is called so. */
export const REQUEST_ID: RegExp = /^[0-9a-f]{32}$/;

/** Is it about this one record, which is broken or was forged? It tells that there is such a record. */
export function isOfRecord(error: unknown): boolean {
  if (isCountersignError(error, "AUDIT_BROKEN")) return true;
  return isCountersignError(error, "STORE_UNAVAILABLE") && error.details.unreadable !== undefined;
}
