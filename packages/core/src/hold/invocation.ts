import type { Principal } from "../contract/principal.ts";
import type { Hold } from "./hold.ts";

/** One run of a framework on a thread, from its start or resume to its end. */
export interface Invocation {
  readonly threadId: string;
  readonly agent: string;
  /** The name of the runner that a worker wakes this thread with. Default: `agent`. It differs only outside of runners. */
  readonly wokenAs?: string | undefined;
  readonly framework: string;
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  readonly hold: Hold;
  /** This invocation began the thread: there was nothing in it before. */
  readonly first?: boolean | undefined;
  /** The requests that this invocation asks: the others are cancelled when it ends. */
  readonly declared: Set<string>;
}

/** Set while the application itself waits for an answer: there is no framework to be woken. */
export function isFramework({ framework }: Pick<Invocation, "framework">): boolean {
  return framework !== "none";
}
