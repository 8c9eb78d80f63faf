import type { Duration, Gate, Principal } from "@countersign/core";
import type { OnAccess } from "./access/access-event.ts";
import type { Authenticate } from "./access/caller.ts";
import type { OnError } from "./http/answer-problem.ts";
import type { Cors } from "./http/cors.ts";
import type { Inbox } from "./inbox/inbox.ts";
import type { SignIn } from "./sign-in/sign-in.ts";

/** What one request, one caller and one address may take. */
export interface Limits {
  /** Bytes of a body. Default 1,048,576. */
  readonly body?: number | undefined;
  /** A body has to be there by then, else 408. Default "10s". */
  readonly bodyWithin?: Duration | undefined;
  /** A request is answered by then, else 504; streams go on. Default "30s". */
  readonly answerWithin?: Duration | undefined;
  /** Requests of one caller, a minute. Default 1,200; `false`: any number. */
  readonly requests?: number | false | undefined;
  /**
   * Failures to say who they are from one address, a minute: further ones get 429 in the place of 401. Counted where `fetch` is
   * told the peer. Default 60; `false`: any number.
   */
  readonly failures?: number | false | undefined;
}

/** What {@link createServer} needs. */
export interface ServerOptions {
  /** A gate that decides; with several tenants, the one of whoever calls. */
  readonly gate: Gate | ((by: Principal) => Gate);
  /**
   * Who calls: a function of yours, or {@link oidc}, {@link trustedProxy}, {@link apiKeys}, {@link signInLink}. Several ways are
   * tried in order. There is no default that lets anyone in.
   */
  readonly authenticate: Authenticate | SignIn | readonly (Authenticate | SignIn)[];
  /** The names, with their ports, under which the server is reached: `countersign.acme.example`, `localhost:4000`. Any other `Host` is refused. */
  readonly hosts: readonly string[];
  /** Roles that see all of the tenant, cancel, freeze, lift and purge. Default: nobody. */
  readonly operators?: readonly string[] | undefined;
  /** Roles that see all of the tenant. Default: nobody. */
  readonly auditors?: readonly string[] | undefined;
  /** Where it is mounted: `/approvals`. Default: at the root. */
  readonly basePath?: string | undefined;
  /** The page where people sign: `inbox` of `@countersign/inbox`. Default: no page, the API alone. */
  readonly inbox?: Inbox | undefined;
  /** Other sites whose pages may use the API. Default: none. */
  readonly cors?: Cors | undefined;
  readonly limits?: Limits | undefined;
  /**
   * How long ago a person may have signed in who decides, settles or lifts a freeze: `"15m"`. Beyond that the answer is 401
   * SIGN_IN_AGAIN. An `authenticate` of your own has to say `authenticatedAt` then. Default: any time, while the session lasts.
   */
  readonly maxAge?: Duration | undefined;
  /**
   * Told of what somebody has to look into: unexpected errors, and a store that is away. The answer says nothing of it but the
   * request id. Default: a line on standard error, without messages that may hold secrets.
   */
  readonly onError?: OnError | undefined;
  /**
   * Told of each sign-in, and of each request that was refused: for a log. What changed something is in the trail. Default: told
   * to nobody.
   * @example onAccess: (event) => log.info(event)
   */
  readonly onAccess?: OnAccess | undefined;
}
