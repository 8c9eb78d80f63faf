import { randomUUID } from "node:crypto";
import type { Principal } from "../contract/principal.ts";
import type { ThreadRecord } from "../store/records.ts";

/** One run of a framework on a thread, from its start or resume to its end. */
export interface Invocation {
  readonly threadId: string;
  readonly agent: string;
  /** The name of the runner that a worker wakes this thread with. Default: `agent`. It differs only outside of runners. */
  readonly wokenAs?: string | undefined;
  readonly framework: string;
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  /** Names this invocation as the thread's holder. */
  readonly token: string;
  /** The thread's fence under a runner's lease; undefined in native use, which is guarded by the claims alone. */
  readonly fence: number | undefined;
  /** In native use, the thread's fence since this invocation suspended: with another one, somebody else has taken the thread. */
  held?: number | undefined;
  /** In native use, the thread's fence when this invocation read what is saved: it writes only on top of that. */
  based?: number | undefined;
  /** This process's clock: from then on the lease may be somebody else's. */
  until: number;
  /** Under a runner: calls the run off, also when somebody else has taken the thread. */
  signal?: AbortSignal | undefined;
  /** The thread as this invocation last wrote it. Others may have written since: the commit that expects its version finds out. */
  written?: ThreadRecord | undefined;
  /** This invocation began the thread: there was nothing in it before. */
  readonly first?: boolean | undefined;
  /** The requests that this invocation asks: the others are cancelled when it ends. */
  readonly declared: Set<string>;
}

const RUNNER = "run:";
export const runnerToken = (): string => RUNNER + randomUUID();
export const nativeToken = (): string => `native:${randomUUID()}`;
/** A runner knows when its invocation ends; a native hold only lapses. */
export const isRunner = (holder: string | undefined): boolean => holder?.startsWith(RUNNER) ?? false;

/** Set while the application itself waits for an answer: there is no framework to be woken. */
export function isFramework(invocation: Pick<Invocation, "framework">): boolean {
  return invocation.framework !== "none";
}
