import { CountersignError, isCountersignError } from "@countersign/core";
import { toldRequest } from "../access/shown.ts";
import type { Context } from "./endpoint.ts";

/**
 * An error as the caller may see it. One about a request that they may not see looks like one that doesn't exist, and what a
 * store says of itself stays here: it may name hosts, roles and files.
 */
export function visibleError(error: unknown, context: Context | undefined): unknown {
  if (!isCountersignError(error)) return error;
  if (error.code === "STORE_UNAVAILABLE") return new CountersignError("STORE_UNAVAILABLE", { retryable: error.details.retryable });
  // Requests of a run that goes on elsewhere: no endpoint starts one.
  if (error.code === "THREAD_SUSPENDED") return new CountersignError("THREAD_SUSPENDED", { ...error.details, pending: [] });
  if (!("request" in error.details) || error.details.request === undefined) return error;
  const { request } = error.details;
  if (!context?.rights.sees(request, Date.now())) return new CountersignError("REQUEST_NOT_FOUND", { id: request.id });
  const details = { ...error.details, request: toldRequest(request, context.rights) };
  return new CountersignError(error.code, details);
}
