import type { ErrorCode, ErrorDetails } from "./codes.ts";
import { messages } from "./messages.ts";

/** Registered, so that errors of another copy or version of this package are recognised too. */
const MARKER = Symbol.for("countersign.error");

/** The one error class. Look at `code`, never at the message. */
export class CountersignError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly details: ErrorDetails[C];

  constructor(code: C, details: ErrorDetails[C], options?: ErrorOptions & { readonly note?: string }) {
    super(messages[code](details) + (options?.note ? ` ${options.note}` : ""), options);
    this.name = "CountersignError";
    this.code = code;
    this.details = details;
    Object.defineProperty(this, MARKER, { value: true });
  }
}

type AnyCountersignError = { [C in ErrorCode]: CountersignError<C> }[ErrorCode];

/**
 * Is this an error of Countersign (with that code)? Works across copies and versions of the package.
 * @example if (isCountersignError(error, "ALREADY_DECIDED")) console.log(error.details.winner)
 */
export function isCountersignError<C extends ErrorCode>(error: unknown, code: C): error is CountersignError<C>;
export function isCountersignError(error: unknown): error is AnyCountersignError;
export function isCountersignError(error: unknown, code?: ErrorCode): boolean {
  return error instanceof Error && MARKER in error && (code === undefined || ("code" in error && error.code === code));
}
