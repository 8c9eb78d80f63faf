import { CountersignError, isCountersignError } from "@countersign/core/store";

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

/** What people can do about it, in the place of the server's own words. */
const ADVICE: Readonly<Record<string, string>> = {
  "25006": "This server only reads: it is a replica, or made read-only. Connect to the primary.",
  "28000": "The server knows no such role, or doesn't let it in from here.",
  "28P01": "Wrong user or password.",
  "3D000": "There is no such database. Create it first: the store makes its schema, not its database.",
  "42501": "This role may not do that: see the README on roles.",
  "53100": "The server's disk is full.",
};

/** @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
export function sqlStateOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && "severity" in (error as object) ? code : undefined;
}

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
  const state = sqlStateOf(error) ?? "";
  return unavailable(meaning !== "never", ADVICE[state] ? `${ADVICE[state]} (${said(error)})` : said(error), error);
}

function said(error: Error): string {
  // Several addresses were tried.
  const errors = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return `${[...new Set(errors.map(({ message }) => message))].join("; ")}.`;
}

export function unavailable(retryable: boolean, note: string, cause?: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable }, cause === undefined ? { note } : { note, cause });
}
