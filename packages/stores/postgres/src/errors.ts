import { CountersignError, isCountersignError } from "@countersign/core/store";
import { sqlStateOf } from "./sql-state.ts";
import { answerOf, silenceOf } from "./words.ts";

/** What an error of the server or of the connection to it means for whoever called. */
type Meaning =
  /** The server can't be reached, or the connection broke: what was sent may or may not have happened. */
  | "lost"
  /** The server took back what was asked, because others were in the way. Nothing happened, and trying again helps. */
  | "crossed"
  /** A pooler gave the statement to a connection that doesn't know it. Nothing happened. */
  | "unprepared"
  /** Nothing happened; it may be different later. */
  | "later"
  /** Nothing happened, and trying again changes nothing. */
  | "never";

/** By SQLSTATE: whole codes first, then classes. @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "26000": "unprepared",
  "42P05": "unprepared",
  "40001": "crossed",
  "40P01": "crossed",
  "53100": "never", // disk full
  "53300": "lost", // too many connections
  "55P03": "later", // lock not available
  "57014": "later", // a timeout of the server's own
  "57P01": "lost", // shut down by the administrator
  "57P02": "lost", // another session crashed
  "57P03": "lost", // starting up or shutting down
  "57P05": "lost", // idle for too long
  "08": "lost",
  "40": "crossed",
  "53": "later",
};

/** Undefined: this is no error of the database, but of the program. */
export function meaningOf(error: unknown): Meaning | undefined {
  const state = sqlStateOf(error);
  if (state) return MEANINGS[state] ?? MEANINGS[state.slice(0, 2)] ?? "never";
  if (!(error instanceof Error) || isCountersignError(error)) return undefined;
  if (/does not support SSL/.test(error.message)) return "never";
  const isNetwork = "syscall" in error || error instanceof AggregateError;
  return isNetwork || /connection|timeout|client (?:was closed|has encountered)/i.test(error.message) ? "lost" : undefined;
}

/** Is it that what is asked about isn't there at all? */
export function isMissing(error: unknown): boolean {
  return ["42P01", "42883", "3F000"].includes(sqlStateOf(error) ?? "");
}

/** Is it there under this name, but something else? */
export function isUnlike(error: unknown): boolean {
  return ["42703", "42809"].includes(sqlStateOf(error) ?? "");
}

export function isForbidden(error: unknown): boolean {
  return sqlStateOf(error) === "42501";
}

export function isReadOnly(error: unknown): boolean {
  return sqlStateOf(error) === "25006";
}

/** What callers see: whatever the server or the connection to it says as STORE_UNAVAILABLE, any other error as it is. */
export function storeError(error: unknown): unknown {
  const meaning = meaningOf(error);
  if (!meaning || !(error instanceof Error)) return error;
  const retryable = meaning !== "never";
  return answers(error) ? unavailable(retryable, answerOf(error), error) : silent(retryable, silenceOf(error), error);
}

/** Did somebody say this, or is it what a missing answer looks like from here? */
function answers(error: Error): boolean {
  return sqlStateOf(error) !== undefined || /does not support SSL/.test(error.message);
}

/** @param answered what the server said, and what to do, in words for people */
export function unavailable(retryable: boolean, answered: string, cause?: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable, answered }, cause === undefined ? {} : { cause });
}

function silent(retryable: boolean, note: string, cause: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable }, { note, cause });
}
