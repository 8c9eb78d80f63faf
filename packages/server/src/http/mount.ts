import type { OpenAPIHono } from "@hono/zod-openapi";
import { requireFreshSignIn } from "../access/fresh.ts";
import type { ResolvedOptions } from "../read-options.ts";
import { answerWithin } from "./answer-within.ts";
import { demandOwnPage } from "./demand-own-page.ts";
import type { Door } from "./door.ts";
import { describe } from "./document.ts";
import type { Context, Endpoint, Env } from "./endpoint.ts";
import { readGiven } from "./given.ts";
import { HttpError } from "./problem.ts";
import { demandJson } from "./read-body.ts";

/**
 * Puts an endpoint into the app and its document. What comes before an endpoint's `run` stands here, the cheapest first: who
 * is not let in has cost one look at their headers and one at their credentials.
 */
export function mount(
  app: OpenAPIHono<Env>,
  endpoint: Endpoint,
  door: Door,
  { basePath, hosts, cors, limits, maxAge }: ResolvedOptions,
): void {
  const { method, path, open, within = limits.answerWithin, run } = endpoint;
  if (!endpoint.undescribed) describe(app, endpoint);
  app.on(method.toUpperCase(), `${basePath}${routed(path)}`, (c) => {
    const { request } = c.get("visit");
    demandOwnPage(request, hosts, cors);
    demandJson(request);
    return answerWithin(within, request.signal, async (signal) => {
      const visit = { ...c.get("visit"), signal };
      const finish = async (context: Context): Promise<Response> => {
        const given = await readGiven(endpoint, request, c.req.param(), limits);
        const answer = await run(context, given);
        return answer instanceof Response ? answer : c.json(answer as object);
      };
      // Its `run` takes a visit: see openEndpoint.
      if (open) return door.countingFailures(visit, () => finish(visit as Context));
      const context = await door.admit(visit);
      c.set("context", context);
      if (endpoint.signs) requireFreshSignIn(context.caller, maxAge);
      return finish(context);
    }).catch(asError);
  });
}

/** The methods that an address has: OPTIONS names them, and any other one is refused. Comes after all endpoints are mounted. */
export function mountOtherMethods(app: OpenAPIHono<Env>, endpoints: readonly Endpoint[], { basePath }: ResolvedOptions): void {
  for (const [path, those] of Map.groupBy(endpoints, ({ path }) => routed(path))) {
    const methods = those.map(({ method }) => method.toUpperCase());
    const Allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    app.all(`${basePath}${path}`, (c) => {
      if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow });
      throw new HttpError("METHOD_NOT_ALLOWED", { headers: { Allow } });
    });
  }
}

/** As the router writes a path. */
function routed(path: string): string {
  return path.replaceAll(/\{(.+?)\}/g, ":$1");
}

/** The router passes on what isn't an error, to nobody. */
function asError(thrown: unknown): never {
  throw thrown instanceof Error ? thrown : new Error("What was thrown is no error.", { cause: thrown });
}
