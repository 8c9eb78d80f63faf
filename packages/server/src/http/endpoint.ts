import type { Gate } from "@countersign/core";
import type { z } from "zod";
import type { Arrival, Caller } from "../access/caller.ts";
import type { Streams } from "../live/streams.ts";
import type { Rights } from "../access/rights.ts";

/** What is known of every request, whoever sent it. */
export interface Visit {
  /** Its body is read by the server: what an endpoint gets of it is `given.body`. */
  readonly request: Request;
  readonly arrival: Arrival;
  /** Is in the answer's `X-Request-Id` and in the host's log. */
  readonly requestId: string;
  /** Where the server is mounted: "" or "/approvals". */
  readonly basePath: string;
  /** Aborts when the caller has gone, and when the time is over within which the endpoint had to answer. */
  readonly signal: AbortSignal;
}

/** What an endpoint gets to know of a request. */
export interface Context extends Visit {
  readonly caller: Caller;
  /** What this caller may do. */
  readonly rights: Rights;
  readonly gate: Gate;
  /** The live streams of all callers. */
  readonly streams: Streams;
  /** The same, of who they are by now: for what goes on for long. @throws HttpError UNAUTHENTICATED */
  readonly renewed: () => Promise<Context>;
  /** Tells the host of what goes wrong after the answer has begun. Never throws. */
  readonly report: (error: unknown) => void;
}

export interface Env {
  Bindings: { arrival: Arrival };
  Variables: { visit: Visit; context: Context };
}

type Shape = z.ZodObject | undefined;
type Given<S extends Shape> = S extends z.ZodObject ? z.output<S> : undefined;

/** One thing that the API does. What it answers is checked by its type, and described by its schema. */
export interface Endpoint<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  A = unknown,
  C extends Visit = Context,
> {
  readonly id: string;
  readonly method: "get" | "post" | "delete";
  /** From the base: `/v1/requests/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** It answers anybody, signed in or not: signing in, `/healthz`. See {@link openEndpoint}. */
  readonly open?: true;
  /** It answers under any `Host`: load balancers ask by an address. For what says nothing. */
  readonly anyHost?: true;
  /** It is no part of the API: not every server has it, so the OpenAPI document has no server's. */
  readonly undescribed?: true;
  /** It lets a call run, or says that one ran: a person has to have signed in as lately as the server's `maxAge` says. What stops calls has not. */
  readonly signs?: true;
  /**
   * Ms that it has until it answers. Default: `limits.answerWithin` of the server; `Infinity`: as long as it takes. What an
   * answer streams takes as long as it likes.
   */
  readonly within?: number;
  readonly params?: P;
  readonly query?: Q;
  /** Always JSON. A schema that takes `undefined` makes it optional. Without a schema, a request with a body is refused. */
  readonly body?: B;
  readonly answer: z.ZodType<A>;
  /** Another media type in which it answers, for whoever accepts that. */
  readonly also?: string;
  /** A `Response` for what isn't JSON, or needs headers. Headers that it sets itself stay: a page has a `Content-Security-Policy` of its own. */
  readonly run: (
    context: C,
    given: { params: Given<P>; query: Given<Q>; body: B extends z.ZodType ? z.output<B> : undefined },
  ) => Promise<A | Response>;
}

export function endpoint<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends z.ZodType | undefined = undefined,
  A = unknown,
>(definition: Endpoint<P, Q, B, A>): Endpoint {
  return definition;
}

/** An endpoint that knows nothing of who calls. */
export function openEndpoint<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends z.ZodType | undefined = undefined,
  A = unknown,
>(definition: Endpoint<P, Q, B, A, Visit>): Endpoint {
  const open: Endpoint<P, Q, B, A> = { ...definition, open: true };
  return open;
}
