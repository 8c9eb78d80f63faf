import type { GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";
import type { World } from "./world.ts";

/** A remembered decision, and when it was taken back by the monitor's own reading. */
export interface Given {
  readonly grant: GrantRecord["grant"];
  readonly revokedAt: number | undefined;
}

/** What an effect threw: the framework's own pause, an error of its own, or one in which something said "not now". */
export type Thrown = "pause" | "failure" | "not now";

/** What the monitor has written down of the commits so far: transitions and holds are judged by it. */
export interface Books {
  readonly world: World;
  readonly threads: ReadonlyMap<string, ThreadRecord>;
  /** When each request was recorded, by the monitor's own reading: a process may stand still between its clock and its commit. */
  readonly asked: ReadonlyMap<string, number>;
  /** When each request was decided, by the monitor's own reading. */
  readonly decided: ReadonlyMap<string, number>;
  /** The attempts whose effect has begun, by request. */
  readonly effects: ReadonlyMap<string, readonly number[]>;
  /** Executions, as request and attempt, whose effect was entered… */
  readonly entered: ReadonlySet<string>;
  /** …and what it threw. */
  readonly thrown: ReadonlyMap<string, Thrown>;
  /** Digests that a reviewer has looked at, by request and person. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** Remembered decisions as they were given. */
  readonly grants: ReadonlyMap<string, Given>;
  /** How many reminders and escalations there were, by request and type. */
  readonly notices: Map<string, number>;
  /** The calls that each of them has decided. */
  readonly granted: ReadonlyMap<string, readonly RequestRecord[]>;
  ofThread(threadId: string): readonly RequestRecord[];
  ofTurn(record: RequestRecord): readonly RequestRecord[];
}
