import type { ErrorHandler } from "hono";
import type { Env } from "./endpoint.ts";
import { problemOf } from "./problem.ts";
import { visibleError } from "./visible-error.ts";

/** Told of what the host has to look into. What it throws is passed over. */
export type OnError = (error: unknown, request: { readonly requestId: string }) => void;

/** Nobody reads it: the caller has gone. */
const GONE = 499;

/** The one place where errors become answers. */
export function answerProblem(onError: OnError): ErrorHandler<Env> {
  return (error, c) => {
    const { request, requestId } = c.get("visit");
    if (request.signal.aborted) return new Response(null, { status: GONE });
    const shown = visibleError(error, c.get("context"));
    const { problem, headers } = problemOf(shown, requestId);
    if (problem.status >= 500) tell(onError, error, requestId);
    return c.json(problem, problem.status as 500, { ...headers, "Content-Type": "application/problem+json" });
  };
}

/** The caller gets their answer, whatever becomes of the log. */
export function tell(onError: OnError, error: unknown, requestId: string): void {
  try {
    onError(error, { requestId });
  } catch {
    // There is nobody left to tell.
  }
}
