import type { Principal } from "@countersign/core";

/**
 * Who calls, and what they came with.
 * - `person`: somebody who has signed in; what they may do follows from their roles
 * - the others are API keys: `agent` sees what its own agent asked, `reader` sees everything, `operator` acts as an operator,
 *   `reviewer-bot` decides where terms name its id. None of them is a person.
 */
export interface Caller {
  readonly by: Principal;
  readonly kind: "person" | "agent" | "reader" | "operator" | "reviewer-bot";
  /** Of an agent's key: the agent that it speaks for. */
  readonly agent?: string | undefined;
  /** Of an agent's key: the application that the agent is part of. */
  readonly application?: string | undefined;
  /** Unix ms: nothing is answered after that, and live events end. Absent: each request is authenticated anew, and that is all. */
  readonly until?: number | undefined;
  /** Unix ms: when this person last proved who they are. */
  readonly authenticatedAt?: number | undefined;
}

/** What is known of a request beside itself. */
export interface Arrival {
  /** The address that the connection came from. Undefined: the host didn't say. */
  readonly peer: string | undefined;
}

/**
 * Tells who calls. Undefined: nobody, and the next way is tried. A principal is a person, unless its `kind` says otherwise.
 * Answer nothing for credentials that are wrong, too: the caller gets 401. What is thrown is 500 for the caller, and `onError` is told.
 */
export type Authenticate = (request: Request, arrival: Arrival) => Caller | Principal | undefined | Promise<Caller | Principal | undefined>;
