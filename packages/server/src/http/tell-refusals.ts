import { isCountersignError } from "@countersign/core";
import type { MiddlewareHandler } from "hono";
import type { OnAccess } from "../access/access-event.ts";
import type { Env } from "./endpoint.ts";
import { HttpError } from "./problem.ts";

const REFUSALS = [401, 403, 421, 429];

/** Whatever refuses, an error or a page: the answer tells. */
export function tellRefusals(onAccess: OnAccess): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    if (!REFUSALS.includes(status)) return;
    const { requestId, arrival } = c.get("visit");
    const { error } = c;
    const code = error instanceof HttpError || isCountersignError(error) ? error.code : undefined;
    const { method, path } = c.req;
    onAccess({ type: "refused", status, code, method, path, by: c.get("context")?.caller.by, peer: arrival.peer, requestId });
  };
}
