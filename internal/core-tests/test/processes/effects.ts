import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { currentCall } from "@countersign/core";
import type { Place } from "./place.ts";

/** One thing that really happened. */
export interface Effect {
  readonly key: string;
  readonly attempt: number;
  readonly threadId: string;
  readonly args: unknown;
  readonly pid: number;
}

/** The outside world: a file that knows nothing of stores. A line is there whole, or not at all. */
export function happen(place: Place, args: unknown): void {
  const call = currentCall();
  if (!call) throw new Error("outside of a call");
  const { idempotencyKey: key, attempt, threadId } = call;
  const file = openSync(join(place.dir, "effects"), "a");
  try {
    writeSync(file, `${JSON.stringify({ key, attempt, threadId, args, pid: process.pid } satisfies Effect)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** All that happened, in order. */
export function effectsAt({ dir }: Place): readonly Effect[] {
  const file = join(dir, "effects");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Effect);
}
