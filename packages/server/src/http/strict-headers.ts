import type { MiddlewareHandler } from "hono";
import type { Env } from "./endpoint.ts";

/** For answers that no browser should draw, run, keep, frame or hand to another site. */
const STRICT: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** On every answer; what an endpoint sets itself stays. `Strict-Transport-Security` is about the whole host, and the host's to set. */
export const strictHeaders: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  // Not by c.header, which makes the whole answer anew for each of them. requestId has done so: they can be set.
  const { headers } = c.res;
  for (const [name, value] of Object.entries(STRICT)) if (!headers.has(name)) headers.set(name, value);
};
