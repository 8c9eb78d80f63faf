import { CountersignError } from "@countersign/core/store";

/** The place of an event: its transaction, and its number. */
export interface Place {
  readonly tick: bigint;
  readonly n: bigint;
}

/**
 * What a reader has read: all up to a place, but of some transactions only the events up to a number. Those were running when
 * later ones were read, or their events didn't fit on the page.
 */
export interface Position extends Place {
  /** The number for each of these transactions, by its tick. 0: none of its events. */
  readonly rest: ReadonlyMap<bigint, bigint>;
}

/** Which transactions a statement saw as running, by their ticks. */
export interface Snapshot {
  /** From this one on none has ended. */
  readonly end: bigint;
  /** Those before that are running. */
  readonly running: readonly bigint[];
}

export const START: Position = { tick: 0n, n: 0n, rest: new Map() };

/** @param text what `pg_current_snapshot()` says: `xmin:xmax:xip,xip,…`. @param base added to the id of a transaction, it makes its tick */
export function snapshotOf(text: string, base: bigint): Snapshot {
  const [, end = "0", running = ""] = text.split(":");
  const ids = running === "" ? [] : running.split(",");
  return { end: base + BigInt(end), running: ids.map((id) => base + BigInt(id)) };
}

/** Behind what a statement found that looked from a position on. @param last the last of what it found. @param isFull there may be more */
export function advance(from: Position, last: Place | undefined, isFull: boolean, snapshot: Snapshot): Position {
  if (isFull && (!last || !isBehind(last, from))) return { ...from, rest: restAfter(from.rest, last, snapshot) };
  const { tick, n } = last && isBehind(last, from) ? last : from;
  const skipped = snapshot.running.filter((running) => running > from.tick && running < tick).map((running) => [running, 0n] as const);
  return { tick, n, rest: new Map([...stillRunning(from.rest, snapshot), ...skipped]) };
}

/** The page ended among the rest: its transactions come in their order. */
function restAfter(rest: Position["rest"], last: Place | undefined, snapshot: Snapshot): Position["rest"] {
  if (!last) return rest;
  const later = [...rest].filter(([tick]) => tick > last.tick);
  const earlier = [...rest].filter(([tick]) => tick < last.tick);
  return new Map([...stillRunning(earlier, snapshot), [last.tick, last.n], ...later]);
}

/** All that is there of one that has ended was found. */
function stillRunning(rest: Iterable<readonly [bigint, bigint]>, { end, running }: Snapshot): readonly (readonly [bigint, bigint])[] {
  return [...rest].filter(([tick]) => tick >= end || running.includes(tick));
}

function isBehind(one: Place, other: Place): boolean {
  return one.tick > other.tick || (one.tick === other.tick && one.n > other.n);
}

/** Digits, points and underscores: it is put into addresses and headers as it is. */
export function positionText({ tick, n, rest }: Position): string {
  return [`${tick}.${n}`, ...[...rest].map(([each, number]) => (number === 0n ? `${each}` : `${each}.${number}`))].join("_");
}

/** @throws INVALID_ARGS for what {@link positionText} didn't write */
export function positionOf(after: string | undefined): Position {
  if (after === undefined) return START;
  if (!/^\d{1,18}\.\d{1,18}(_\d{1,18}(\.\d{1,18})?)*$/.test(after)) {
    throw new CountersignError("INVALID_ARGS", {
      issues: [{ message: "not a position: give `position` of the last answer, unchanged", path: ["after"] }],
    });
  }
  const [[tick, n] = [0n, 0n], ...rest] = after.split("_").map((place): [bigint, bigint] => {
    const [each = "0", number = "0"] = place.split(".");
    return [BigInt(each), BigInt(number)];
  });
  return { tick, n, rest: new Map(rest) };
}
