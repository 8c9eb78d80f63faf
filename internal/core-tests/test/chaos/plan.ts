import type { Decision, JsonObject } from "@countersign/core";
import type { Place } from "../processes/place.ts";

/** What is to become of a thread. Every process works it out for itself from the thread's number. */
export interface Fate {
  readonly threadId: string;
  readonly decision: "approve" | "edit" | "reject";
  /** What the model proposes. */
  readonly args: JsonObject;
  /** What runs; undefined: nothing. */
  readonly runs: JsonObject | undefined;
}

export function fateOf(n: number): Fate {
  const args = { n, amount: 1_000 + n };
  const threadId = `thread-${n}`;
  if (n % 10 === 9) return { threadId, decision: "reject", args, runs: undefined };
  if (n % 10 >= 7) return { threadId, decision: "edit", args, runs: { n, amount: 1 } };
  return { threadId, decision: "approve", args, runs: args };
}

export function decisionOf({ decision, runs = {} }: Fate): Decision {
  if (decision === "reject") return { type: "reject", message: "no" };
  return decision === "edit" ? { type: "edit", args: runs } : { type: "approve" };
}

export type Role = "starter" | "reviewer" | "worker";

/** What a process is told to do. */
export interface Order {
  readonly place: Place;
  readonly role: Role;
  /** Which of those with this role, from 0, of how many. */
  readonly number: number;
  readonly of: number;
  readonly threads: number;
  /** Over how long the threads are started, in ms, and since when (Unix ms). */
  readonly spread: number;
  readonly since: number;
}
