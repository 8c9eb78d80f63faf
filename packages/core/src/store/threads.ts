import type { ThreadQuery, ThreadState } from "../contract/threads.ts";
import { CountersignError } from "../errors/error.ts";
import type { ThreadRecord } from "./records.ts";

/** `notBefore` of a thread that nobody wakes: it waits for its caller, or for something that is not Countersign's. */
export const NEVER: number = Number.MAX_SAFE_INTEGER;
/** `notBefore` of a thread that workers try no more, because its run kept failing. */
export const GIVEN_UP: number = Number.MAX_SAFE_INTEGER - 1;

/** A thread as lists have it: what can be large is left out. */
export type ThreadHead = Omit<ThreadRecord, "context" | "input" | "continuation" | "outcome">;

type Standing = Pick<ThreadRecord, "state" | "holder" | "open" | "notBefore" | "agent">;

/**
 * Where a thread stands, by what a store keeps in columns. No clock is asked, so that an index can hold it. Undefined: it is
 * no run's (questions by hand, the record of freezes), and no list has it.
 */
export function threadStateOf({ state, holder, open, notBefore, agent }: Standing): ThreadState | undefined {
  if (agent === "") return undefined;
  if (state === "closed") return "closed";
  if (holder !== undefined) return "running";
  if (notBefore === GIVEN_UP) return "failing";
  if (open > 0) return "suspended";
  return notBefore === NEVER ? "idle" : "ready";
}

/** Is this thread one of those that the query wants? `limit` and `after` are no conditions. */
export function threadMatches(record: Standing, { state, agent }: ThreadQuery): boolean {
  const found = threadStateOf(record);
  return found !== undefined && (state === undefined || state === found) && (agent === undefined || agent === record.agent);
}

/** `next` of a page that ends with the thread of this id: lists are in the order of ids, whatever order that is in the store. */
export function threadCursorOf(id: string): string {
  return JSON.stringify(id);
}

/** The id beyond which the page begins, or undefined for the first page. @throws INVALID_ARGS for anything that {@link threadCursorOf} didn't write */
export function threadPageStart({ after }: ThreadQuery): string | undefined {
  if (after === undefined) return undefined;
  const id = quotedIn(String(after));
  if (id !== undefined) return id;
  const issue = { message: "not a cursor: give `next` of the page before, unchanged", path: ["after"] };
  throw new CountersignError("INVALID_ARGS", { issues: [issue] });
}

function quotedIn(text: string): string | undefined {
  try {
    const id: unknown = JSON.parse(text);
    return typeof id === "string" && threadCursorOf(id) === text ? id : undefined;
  } catch {
    return undefined;
  }
}
