import type { MiddlewareHandler } from "hono";
import type { Env } from "./endpoint.ts";

/** HEAD is answered as GET is, without the body. One that streams has begun by then: it must be told that nobody reads it. */
export const endHead: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  if (c.req.method === "HEAD") await c.res.body?.cancel();
};
