import type { MiddlewareHandler } from "hono";
import type { Env } from "./endpoint.ts";

/** Which other sites' pages may use the API. */
export interface Cors {
  /** Exactly as browsers send them: `https://desk.acme.example`. */
  readonly origins: readonly string[];
  /** May their requests carry cookies? Then those pages act as whoever has signed in here. Default: no; they bring an API key. */
  readonly credentials?: boolean | undefined;
}

const SENT = "Authorization, Content-Type, Countersign-As, If-Match, Last-Event-ID";
const READ = "ETag, Link, Retry-After, X-Request-Id";
/** Seconds for which a browser may remember that it has asked. */
const MAX_AGE = "600";

/** Tells browsers which other sites' pages may read the answers. It refuses nothing: without these headers browsers do. */
export function crossOrigin({ origins, credentials = false }: Cors): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    c.header("Vary", "Origin", { append: true });
    const origin = c.req.header("origin");
    if (origin === undefined || !origins.includes(origin)) return;
    c.header("Access-Control-Allow-Origin", origin);
    if (credentials) c.header("Access-Control-Allow-Credentials", "true");
    if (c.req.method !== "OPTIONS" || c.req.header("access-control-request-method") === undefined) {
      c.header("Access-Control-Expose-Headers", READ);
      return;
    }
    c.header("Access-Control-Allow-Methods", c.res.headers.get("Allow") ?? "");
    c.header("Access-Control-Allow-Headers", SENT);
    c.header("Access-Control-Max-Age", MAX_AGE);
  };
}
