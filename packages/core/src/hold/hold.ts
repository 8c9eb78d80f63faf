import { randomUUID } from "node:crypto";
import { CountersignError } from "../errors/error.ts";
import type { Change } from "../store/port.ts";
import type { ThreadRecord } from "../store/records.ts";

/** Who has a thread, and until when, as one invocation knows it. */
export interface Hold {
  /** Names the invocation as the thread's holder. */
  readonly token: string;
  /** What claims require of the thread; undefined outside a runner, where the claim alone guards an execution. */
  readonly fence: number | undefined;
  /** The thread as this invocation last wrote it. Others may have written since: the commit that expects its version finds out. */
  readonly written: ThreadRecord | undefined;
  /** For how long a write keeps others away, in ms. */
  readonly keeps: "threadLease" | "nativeHold";
  /** What each of its writes requires. */
  requires(threadId: string): readonly Change[];
  /** @throws THREAD_BUSY if somebody else has the thread, THREAD_CLOSED if this invocation's run is over */
  refuseWrite(thread: ThreadRecord, now: number): void;
  /** The thread's fence after a write. `saves`: with a continuation. */
  fenceAfter(thread: ThreadRecord, saves: boolean): number;
  /** A read found it like that: an earlier, unanswered try may have been this invocation's own. */
  read(thread: ThreadRecord | undefined): void;
  /** Written. A lease lasts until `until`, by this process's clock. Undefined: the commit left the thread as it was. */
  wrote(thread: ThreadRecord | undefined, until: number): void;
  /** The next read starts from the store. */
  forgetWritten(): void;
  /** May this invocation let go of it? */
  owns(thread: ThreadRecord, now: number): boolean;
  /** May the thread be somebody else's by this process's clock? */
  isOver(now: number): boolean;
}

/** A live lease of somebody else. */
export function isHeld(thread: ThreadRecord, token: string, now: number): boolean {
  return thread.holder !== undefined && thread.holder !== token && thread.leaseUntil > now;
}

const RUNNER = "run:";
export const runnerToken = (): string => RUNNER + randomUUID();
/** A runner knows when its invocation ends; the hold of one without a runner only lapses. */
const isRunner = (holder: string | undefined): boolean => holder?.startsWith(RUNNER) ?? false;

/** A runner's: leased, kept by signs of life, and fenced against whoever takes the thread over. */
export class RunnerHold implements Hold {
  readonly token: string;
  readonly fence: number;
  readonly keeps = "threadLease";
  #until: number;
  #written: ThreadRecord | undefined;

  /** @param until this process's clock: from then on the lease may be somebody else's */
  constructor(token: string, thread: ThreadRecord, until: number) {
    this.token = token;
    this.fence = thread.fence;
    this.#until = until;
    this.#written = thread;
  }

  get written(): ThreadRecord | undefined {
    return this.#written;
  }

  requires(threadId: string): readonly Change[] {
    return [{ op: "require", threadId, fence: this.fence }];
  }

  refuseWrite({ state, id }: ThreadRecord): void {
    if (state === "closed") throw new CountersignError("THREAD_CLOSED", { threadId: id });
  }

  fenceAfter({ fence }: ThreadRecord): number {
    return fence;
  }

  read(): void {}

  wrote(thread: ThreadRecord | undefined, until: number): void {
    this.#written = thread ?? this.#written;
    this.extend(until);
  }

  /** A lease never gets shorter: an earlier beat may be answered after a later one. */
  extend(until: number): void {
    this.#until = Math.max(this.#until, until);
  }

  forgetWritten(): void {
    this.#written = undefined;
  }

  owns({ fence }: ThreadRecord): boolean {
    return fence === this.fence;
  }

  isOver(now: number): boolean {
    return now >= this.#until;
  }
}

/** Outside a runner: nobody says when the invocation ends, so its hold is short and taken by writing. */
export class OpenHold implements Hold {
  readonly token: string = `open:${randomUUID()}`;
  readonly fence = undefined;
  readonly keeps = "nativeHold";
  readonly #isFramework: boolean;
  /** The thread's fence since this invocation wrote it: with another one, somebody else has taken the thread. */
  #held: number | undefined;
  /** The thread's fence when this invocation read what is saved: it writes only on top of that. */
  #pinned: number | undefined;
  #written: ThreadRecord | undefined;

  /** @param isFramework false: the application itself waits for the answer, and there is no framework to be woken */
  constructor(isFramework: boolean) {
    this.#isFramework = isFramework;
  }

  get written(): ThreadRecord | undefined {
    return this.#written;
  }

  /** From here on it writes only on top of what was read: a thread with this fence, 0 for none. */
  pin(fence: number): void {
    this.#pinned = fence;
    this.#held = undefined;
  }

  requires(): readonly Change[] {
    return [];
  }

  refuseWrite(thread: ThreadRecord, now: number): void {
    const underRunner = this.#isFramework && isRunner(thread.holder) && isHeld(thread, this.token, now);
    const isOutdated = this.#pinned !== undefined && thread.holder !== this.token && thread.fence !== (this.#held ?? this.#pinned);
    if (underRunner || isOutdated) throw new CountersignError("THREAD_BUSY", { threadId: thread.id });
  }

  /** Whoever reads between two writes of a run that is pinned to what it read has read what is no longer so. */
  fenceAfter({ holder, fence }: ThreadRecord, saves: boolean): number {
    return holder === this.token && (this.#pinned === undefined || !saves) ? fence : fence + 1;
  }

  read(thread: ThreadRecord | undefined): void {
    if (thread?.holder === this.token) this.#held = thread.fence;
  }

  wrote(thread: ThreadRecord | undefined): void {
    this.#written = thread ?? this.#written;
    this.#held = thread?.fence;
  }

  forgetWritten(): void {
    this.#written = undefined;
  }

  /** One that never wrote may let go of what nobody holds. */
  owns(thread: ThreadRecord, now: number): boolean {
    return this.#held === undefined ? !isHeld(thread, this.token, now) : thread.fence === this.#held;
  }

  isOver(): boolean {
    return false;
  }
}
