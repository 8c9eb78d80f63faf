import type { Principal } from "../contract/principal.ts";
import type { CountedCalls, RequestRecord, ThreadRecord } from "../store/records.ts";
import { isUnfinished } from "../store/status.ts";
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
  /** What it has counted last in its thread, and the thread's version then. */
  counted?: { readonly at: number; readonly calls: CountedCalls | undefined } | undefined;
  /** The requests of the thread of which this invocation hasn't seen the end. Undefined: it doesn't know all of them. */
  readonly unfinished?: Set<string> | undefined;
}

/** What has been counted in the thread. When others have written it since, some of that may have been purged. */
export function countedIn({ counted }: Pick<Invocation, "counted">, thread: ThreadRecord | undefined): CountedCalls | undefined {
  return counted?.at === (thread?.version ?? 0) ? counted.calls : thread?.counted;
}

/** What this invocation has seen of a request. */
export function see({ unfinished }: Invocation, record: RequestRecord): void {
  if (isUnfinished(record)) unfinished?.add(record.id);
  else unfinished?.delete(record.id);
}

/** Set while the application itself waits for an answer: there is no framework to be woken. */
export function isFramework({ framework }: Pick<Invocation, "framework">): boolean {
  return framework !== "none";
}
