import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { Env } from "./endpoint.ts";

/** Names each request. An id that the caller sends is not taken: it would write into the host's log. */
export function requestId(basePath: string): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { raw: request } = c.req;
    const id = randomUUID();
    c.set("visit", { request, arrival: c.env.arrival, requestId: id, basePath, signal: request.signal });
    await next();
    c.header("X-Request-Id", id);
  };
}
