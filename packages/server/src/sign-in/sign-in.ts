import type { Principal } from "@countersign/core";
import type { z } from "zod";
import type { Authenticate } from "../access/caller.ts";

/** A way of signing in that has addresses of its own, under `/auth/<name>`. */
export interface SignIn {
  readonly authenticate: Authenticate;
  /** The part of the addresses that is its own. Two ways of one server have two names. */
  readonly name: string;
  /** Where browsers reach the server, with its base path. */
  readonly url: string;
  readonly routes: readonly SignInRoute[];
}

/** One address of a way of signing in, for whoever comes. A get changes nothing on the server. */
export interface SignInRoute {
  readonly method: "get" | "post";
  /** From the base path, such as `/auth/oidc/callback`. */
  readonly path: string;
  readonly summary: string;
  /** Of a post that has a body. */
  readonly body?: z.ZodType;
  readonly run: (request: Request, given: SignInGiven) => Promise<Response>;
}

/** What an address of a way of signing in gets beside the request. */
export interface SignInGiven {
  readonly body: unknown;
  /** For what somebody has to look into, beside the answer. */
  readonly report: (error: Error) => void;
  /** For the host's log: this person has signed in. */
  readonly signedIn: (by: Principal) => void;
}
