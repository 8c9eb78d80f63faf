import { isCountersignError, type ErrorCode } from "@countersign/core";

/** What only the server refuses: each with its status, and what to do. */
export const HTTP_CODES = {
  BAD_BODY: [400, "The body can't be read as JSON."],
  UNAUTHENTICATED: [401, "Sign in, or send an API key as Authorization: Bearer."],
  SIGN_IN_AGAIN: [401, "You signed in too long ago for this, or nobody knows when. Sign in again."],
  FORBIDDEN: [403, "Your roles, or the scope of your key, don't allow this. GET /v1/me says who you are here."],
  CROSS_ORIGIN: [403, "Another site's page sent this. Send it from the server's own page, or with an API key as Authorization: Bearer."],
  NO_ROUTE: [404, "There is nothing at this address. See /v1/openapi.json."],
  METHOD_NOT_ALLOWED: [405, "This address knows other methods: see Allow."],
  BODY_TOO_SLOW: [408, "The body did not arrive in time. Nothing was done. Send it again."],
  PRECONDITION_FAILED: [412, "The request has changed since: read it again."],
  SOMEBODY_ELSE: [412, "Somebody else has signed in in this browser since. Nothing was done. Load the page again."],
  TOO_LARGE: [413, "The body is larger than the server takes."],
  NOT_JSON_BODY: [415, "Send the body as application/json, in UTF-8 and not compressed."],
  WRONG_HOST: [421, "The server isn't reached under this name. Whoever runs it can add the name to hosts."],
  DIGEST_REQUIRED: [428, "Name the digest of the proposal that was shown."],
  RATE_LIMITED: [429, "Too many requests. Wait as long as Retry-After says."],
  INTERNAL: [500, "Something went wrong here. The request id finds it in the server's log."],
  CLOSING: [503, "The server is being closed. Come back in a moment."],
  SIGN_IN_AWAY: [503, "Nobody can tell now who you are. Try again in a moment."],
  NO_ANSWER: [504, "There was no answer in time. It may have been done: look before you send it again."],
} as const satisfies Record<string, readonly [status: number, detail: string]>;
export type HttpCode = keyof typeof HTTP_CODES;

/** One place for what an error of core is over HTTP. */
const STATUS: Record<ErrorCode, number> = {
  REQUEST_NOT_FOUND: 404,
  GRANT_NOT_FOUND: 404,
  FREEZE_NOT_FOUND: 404,
  THREAD_UNKNOWN: 404,
  AGENT_UNKNOWN: 404,
  PURGED: 410,
  EXPIRED: 410,
  ALREADY_DECIDED: 409,
  ARGS_CHANGED: 409,
  CONFLICT: 409,
  DUPLICATE_CALL: 409,
  THREAD_BUSY: 409,
  THREAD_CLOSED: 409,
  THREAD_SUSPENDED: 409,
  EXECUTION_BUSY: 409,
  EXECUTION_UNKNOWN: 409,
  NOT_APPROVED: 409,
  NOT_AUTHORIZED: 403,
  SELF_REVIEW: 403,
  DECISION_NOT_ALLOWED: 403,
  POLICY_DENIED: 403,
  NATIVE_REFUSED: 403,
  INVALID_ARGS: 422,
  NOT_CONFIRMED: 422,
  EDIT_UNCHECKABLE: 422,
  NOT_JSON: 422,
  FROZEN: 423,
  TOO_MANY_REQUESTS: 429,
  STORE_UNAVAILABLE: 503,
  TIMEOUT: 504,
  LEASE_LOST: 500,
  STATE_INCOMPATIBLE: 500,
  STATE_NOT_SERIALIZABLE: 500,
  STORE_INCOMPATIBLE: 500,
  AUDIT_BROKEN: 500,
  POLICY_INVALID: 500,
  SETUP: 500,
};

/** Seconds. */
const RETRY_AFTER: Readonly<Partial<Record<ErrorCode, string>>> = { STORE_UNAVAILABLE: "5", TOO_MANY_REQUESTS: "60" };

interface HttpErrorOptions {
  readonly detail?: string;
  readonly details?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown anywhere in a request, and answered as problem+json. */
export class HttpError extends Error {
  readonly code: HttpCode;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpCode, { detail, details, headers = {} }: HttpErrorOptions = {}) {
    super(detail ?? HTTP_CODES[code][1]);
    this.name = "HttpError";
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** RFC 9457, and what Countersign adds to it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode | HttpCode;
  readonly details?: unknown;
  readonly requestId: string;
}

const DOCS = "https://github.com/countersign/countersign/blob/main/docs/errors.md";

/** Says of an error all that it holds; of one that nobody expected, nothing. Whatever a caller may not see is out of it by then. */
export function problemOf(
  error: unknown,
  requestId: string,
): { readonly problem: Problem; readonly headers: Readonly<Record<string, string>> } {
  if (error instanceof HttpError)
    return {
      problem: problem({ code: error.code, status: HTTP_CODES[error.code][0], detail: error.message, details: error.details, requestId }),
      headers: { ...(error.code === "UNAUTHENTICATED" && { "WWW-Authenticate": "Bearer" }), ...error.headers },
    };
  // An error of another version of core may have a code that isn't known here.
  const status: number | undefined = isCountersignError(error) ? STATUS[error.code] : undefined;
  if (!isCountersignError(error) || status === undefined || status === 500) {
    const [internal, detail] = HTTP_CODES.INTERNAL;
    return { problem: problem({ code: "INTERNAL", status: internal, detail, requestId }), headers: {} };
  }
  const { code, details, message: detail } = error;
  const retry = RETRY_AFTER[code];
  return {
    problem: problem({ code, status, detail, details, requestId }),
    headers: retry === undefined ? {} : { "Retry-After": retry },
  };
}

/** Of a problem: its title and its type follow from its code. */
function problem({ code, status, detail, details, requestId }: Omit<Problem, "type" | "title">): Problem {
  const title = code.charAt(0) + code.slice(1).toLowerCase().replaceAll("_", " ");
  return { type: `${DOCS}#${code.toLowerCase()}`, title, status, detail, code, ...(details !== undefined && { details }), requestId };
}
