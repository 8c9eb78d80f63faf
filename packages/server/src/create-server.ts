import { OpenAPIHono } from "@hono/zod-openapi";
import type { Arrival } from "./access/caller.ts";
import { answerProblem } from "./http/answer-problem.ts";
import { crossOrigin } from "./http/cors.ts";
import { Door } from "./http/door.ts";
import { describeSecurity, documentOf } from "./http/document.ts";
import { endHead } from "./http/end-head.ts";
import type { Endpoint, Env } from "./http/endpoint.ts";
import { knownHost } from "./http/known-host.ts";
import { mount, mountOtherMethods } from "./http/mount.ts";
import { HttpError } from "./http/problem.ts";
import { requestId } from "./http/request-id.ts";
import { tellRefusals } from "./http/tell-refusals.ts";
import { strictHeaders } from "./http/strict-headers.ts";
import type { ServerOptions } from "./options.ts";
import { readOptions, type ResolvedOptions } from "./read-options.ts";
import { Streams } from "./live/streams.ts";
import { ENDPOINTS } from "./routes/endpoints.ts";
import { homeEndpoints } from "./routes/home.ts";
import { inboxEndpoints, strayAnswer } from "./inbox/inbox-endpoints.ts";
import { openEndpoints } from "./routes/open.ts";
import { signInEndpoints } from "./sign-in/sign-in-endpoints.ts";

/** What {@link createServer} gives. */
export interface Server {
  /**
   * Answers one request. Mount it in any framework that has web requests.
   * @param arrival say where the connection comes from, so that failed attempts to sign in are counted by address
   */
  readonly fetch: (request: Request, arrival?: Partial<Arrival>) => Promise<Response>;
  /** Ends live events. The gate and its store stay open: they are whoever's made them. */
  readonly close: () => Promise<void>;
}

/**
 * The HTTP API of a gate: reviewers see what waits for them and decide, operators act, everybody hears of it live.
 * @example
 * const server = createServer({ gate, hosts: ["approvals.acme.example"], authenticate: (request) => personOf(request) });
 * app.all("/approvals/*", (c) => server.fetch(c.req.raw));
 * @throws SETUP for an option that is missing, wrong or unknown
 */
export function createServer(options: ServerOptions): Server {
  const resolved = readOptions(options);
  const streams = new Streams();
  const { inbox, basePath } = resolved;
  const page = inbox ? inboxEndpoints(inbox, basePath) : homeEndpoints(resolved);
  const open = [...openEndpoints(options.gate, () => documentOf(app)), ...signInEndpoints(resolved), ...page];
  const app = appOf(resolved, [...open, ...ENDPOINTS], streams);
  return {
    // A framework may have something of its own in the second place.
    fetch: async (request, arrival) =>
      app.fetch(request, { arrival: { peer: typeof arrival?.peer === "string" ? arrival.peer : undefined } }),
    close: async () => streams.close(),
  };
}

/** The app, and with it the OpenAPI document of these endpoints. What happens to every request stands here in its order, and what happens before an endpoint runs in {@link mount}. */
export function appOf(options: ResolvedOptions, endpoints: readonly Endpoint[], streams: Streams = new Streams()): OpenAPIHono<Env> {
  const { basePath, hosts, cors, inbox, onError, onAccess } = options;
  const stray = inbox && strayAnswer(inbox, basePath);
  const door = new Door({ ...options, streams });
  const app = new OpenAPIHono<Env>();
  app.use(strictHeaders, requestId(basePath), tellRefusals(onAccess), endHead);
  if (cors) app.use(crossOrigin(cors));
  describeSecurity(app);
  for (const each of endpoints) if (each.anyHost) mount(app, each, door, options);
  app.use(knownHost(hosts));
  for (const each of endpoints) if (!each.anyHost) mount(app, each, door, options);
  mountOtherMethods(app, endpoints, options);
  app.notFound(({ req }) => {
    const page = stray?.(req.raw);
    if (page) return page;
    throw new HttpError("NO_ROUTE");
  });
  app.onError(answerProblem(onError));
  return app;
}
