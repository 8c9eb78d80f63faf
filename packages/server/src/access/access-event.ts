import type { Principal } from "@countersign/core";

/** Somebody has proved who they are, in a browser. Keys, and people whom a proxy or a function of yours names, come with each request: that is no sign-in. */
export interface SignedIn {
  readonly type: "signed-in";
  /** `link`, `oidc`, or the name that you gave to the way. */
  readonly way: string;
  readonly by: Principal;
  /** The address that the connection came from, if `fetch` was told. */
  readonly peer: string | undefined;
  readonly requestId: string;
}

/** Somebody was not let in, or may not do what they asked for, or asked too often: 401, 403, 421 and 429. */
export interface Refused {
  readonly type: "refused";
  readonly status: number;
  /** Absent where a browser was shown a page. */
  readonly code: string | undefined;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Who it was, if that was known by then. */
  readonly by: Principal | undefined;
  readonly peer: string | undefined;
  readonly requestId: string;
}

/** Told of who came in and who was refused, for a log. What it throws is passed over. */
export type OnAccess = (event: SignedIn | Refused) => void;

/** The caller gets their answer, whatever becomes of the log. */
export function quietly(onAccess: OnAccess): OnAccess {
  return (event) => {
    try {
      onAccess(event);
    } catch {
      // There is nobody left to tell.
    }
  };
}
