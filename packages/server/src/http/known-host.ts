import type { MiddlewareHandler } from "hono";
import type { Env } from "./endpoint.ts";
import { hostName } from "./host-name.ts";
import { HttpError } from "./problem.ts";

/** A page of another site that had its name point here (DNS rebinding) reaches even a loopback address, but not under our names. */
export function knownHost(hosts: ReadonlySet<string>): MiddlewareHandler<Env> {
  return async (c, next) => {
    const url = new URL(c.req.url);
    // What is asked for may be a whole address, with a name and a password in it. No request can be made of that.
    const isPlain = url.username === "" && url.password === "";
    if (!isPlain || !hosts.has(hostName(c.req.header("host") ?? url.host))) throw new HttpError("WRONG_HOST");
    await next();
  };
}
