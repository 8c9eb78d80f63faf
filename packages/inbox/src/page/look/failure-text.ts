import { isApiError, type ApiError, type ApiErrorCode } from "@countersign/server/client";
import { personText, spanText, visible } from "@countersign/review";

/** What went wrong, in words for whoever was about to do something. */
export interface FailureText {
  /** What happened, as a sentence. */
  readonly what: string;
  /** What to do about it, as a sentence. May be empty. */
  readonly todo: string;
  /** `again`: the same may be sent again. `look`: the request is another one by now. `sign in`: nobody is signed in. */
  readonly next: "again" | "look" | "sign in" | "nothing";
  /** Unix ms: before that it isn't worth trying again. */
  readonly notBefore: number | undefined;
  /** Finds it in the server's log. */
  readonly requestId: string | undefined;
}

/** Something was read, or something was said: a decision that got no answer may have been recorded. */
export type Doing = "reading" | "signing";

type Says = Pick<FailureText, "what" | "todo" | "next">;
type Saying<C extends ApiErrorCode> = Says | ((error: ApiError<C>) => Says);

/** In words: an error of the API, one of the network, or a mistake in the page. @param at when it happened, Unix ms */
export function failureText(error: unknown, doing: Doing = "reading", at = Date.now()): FailureText {
  if (!isApiError(error)) return { ...silenceText(error, doing), notBefore: undefined, requestId: undefined };
  // A server of a later version may say what this page doesn't know.
  const saying = (SAYS as { readonly [code: string]: Saying<never> | undefined })[error.code] ?? UNKNOWN;
  const says = typeof saying === "function" ? (saying as (error: ApiError) => Says)(error) : saying;
  return {
    ...says,
    todo: doing === "signing" && MAYBE_DONE.has(error.code) ? AGAIN_IS_SAFE : says.todo,
    notBefore: error.retryAfter === undefined ? undefined : at + error.retryAfter * 1_000,
    requestId: error.requestId,
  };
}

/** The person went on to something else. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

const AGAIN_IS_SAFE = "It may have been recorded. Press again: that is safe, the same twice changes nothing.";
const MAYBE_DONE: ReadonlySet<string> = new Set<ApiErrorCode>(["NO_ANSWER", "TIMEOUT", "INTERNAL", "NOT_COUNTERSIGN"]);
const LOOK = "Look at it again, then decide.";
const WAITS_TO_BE_TRIED = "Nothing was changed. Try again in a moment.";

function silenceText(error: unknown, doing: Doing): Says {
  if (error instanceof TypeError || isAborted(error) || (error instanceof DOMException && error.name === "TimeoutError"))
    return {
      what: "No answer came from the server.",
      todo: doing === "signing" ? AGAIN_IS_SAFE : "Check your connection, then try again.",
      next: "again",
    };
  return { what: "Something went wrong in this page.", todo: "Reload it. What you typed is kept.", next: "again" };
}

function winnerText({ details: { request, winner } }: ApiError<"ALREADY_DECIDED">): string {
  const at = winner?.at ?? request.decidedAt;
  const when = at === undefined ? "" : `, ${agoText(at)}`;
  if (!winner) return `It is ${visible(request.status)} already${when}.`;
  const did = { approve: "approved it", edit: "approved it with changes", reject: "rejected it" }[winner.decision.type];
  return `${personText(winner.by)} ${did} first${when}.`;
}

function agoText(at: number): string {
  const ago = Date.now() - at;
  return ago < 1_000 ? "just now" : `${spanText(ago)} ago`;
}

const UNKNOWN = (error: ApiError): Says => ({ what: visible(error.message), todo: "", next: "nothing" });
const MISSING: Says = { what: "This isn't here, or not for you to see.", todo: "Check the link, and who you are signed in as.", next: "nothing" }; // prettier-ignore
const OUT_OF_PLACE: Says = { what: "The server can't do this here.", todo: "Tell whoever runs it.", next: "nothing" };
const PAGE_AT_FAULT: Says = { what: "The server did not understand this page.", todo: "Reload it. What you typed is kept.", next: "nothing" }; // prettier-ignore

/** What happens to whoever runs agents. No route of the page answers it; if one does, the server's own words are shown. */
type OfAgents =
  | "EXECUTION_BUSY"
  | "THREAD_BUSY"
  | "THREAD_CLOSED"
  | "THREAD_SUSPENDED"
  | "EXECUTION_UNKNOWN"
  | "NOT_APPROVED"
  | "NATIVE_REFUSED"
  | "TOO_MANY_REQUESTS"
  | "LEASE_LOST"
  | "THREAD_UNKNOWN"
  | "AGENT_UNKNOWN"
  | "DUPLICATE_CALL"
  | "POLICY_INVALID"
  | "SETUP"
  | "STATE_INCOMPATIBLE"
  | "STATE_NOT_SERIALIZABLE"
  | "STORE_INCOMPATIBLE"
  | "AUDIT_BROKEN";

/** By code. A new code doesn't compile until it is said here. */
const SAYS: { readonly [C in Exclude<ApiErrorCode, OfAgents>]: Saying<C> } = {
  // Somebody, or something, was faster.
  ALREADY_DECIDED: (error) => ({ what: winnerText(error), todo: "Nothing of yours was recorded.", next: "look" }),
  ARGS_CHANGED: { what: "The arguments changed while you looked at them. Nothing was signed.", todo: LOOK, next: "look" },
  EXPIRED: { what: "It has expired, so nobody can decide it any more. It will not run.", todo: "The agent can ask again.", next: "look" },
  PRECONDITION_FAILED: { what: "The request changed while you looked at it. Nothing was signed.", todo: LOOK, next: "look" },
  CONFLICT: ({ details }) => ({
    what: `This can't be done any more: it is ${visible(details.request.status)}, and its execution is ${visible(details.request.execution)}.`,
    todo: "Nothing was changed.",
    next: "look",
  }),
  PURGED: { what: "It finished long ago, and its records were removed.", todo: "It does not run again.", next: "nothing" },
  FROZEN: ({ details: { by, reason, tool } }) => ({
    what: `${visible(tool)} is frozen by ${personText(by)}: ${visible(reason)}.`,
    todo: "Signatures stay good. It runs when the freeze is lifted.",
    next: "look",
  }),

  // It isn't theirs to say.
  NOT_AUTHORIZED: ({ details: { missing } }) => ({
    what: `You may not sign this.${missing.length > 0 ? ` It takes ${visible(missing.join(" or "))}.` : ""}`,
    todo: "Nothing was recorded. Somebody else has to decide.",
    next: "look",
  }),
  SELF_REVIEW: ({ details: { edited } }) => ({
    what: edited ? "You wrote the arguments that it has now." : "You asked for this call.",
    todo: "Somebody else has to sign it.",
    next: "look",
  }),
  DECISION_NOT_ALLOWED: ({ details: { allowed } }) => ({
    what: "The terms don't offer this decision.",
    todo: `Allowed: ${visible(allowed.join(", ")) || "none"}.`,
    next: "look",
  }),
  POLICY_DENIED: ({ details: { reason } }) => ({
    what: `The policy doesn't allow this: ${visible(reason)}.`,
    todo: "Nothing was recorded. Change the arguments, or reject the call.",
    next: "nothing",
  }),
  FORBIDDEN: { what: "You may not do this.", todo: "Nothing was recorded. Ask somebody whose roles allow it.", next: "look" },

  // What was given isn't right.
  NOT_CONFIRMED: ({ details: { paths, valueless } }) =>
    valueless.length > 0
      ? { what: `There is no one value to type at ${visible(valueless.join(" and "))}.`, todo: "Edit or reject it.", next: "nothing" }
      : {
          what: `What you typed isn't what stands at ${visible(paths.join(" and "))}. Nothing was signed.`,
          todo: "Type it exactly as it stands in the arguments.",
          next: "nothing",
        },
  INVALID_ARGS: ({ details: { issues } }) => ({
    what: issues.map(({ path, message }) => visible(`${path.map(String).join(".")}: ${message}`)).join("; ") || "This isn't valid.",
    todo: "Correct it, then try again.",
    next: "nothing",
  }),
  NOT_JSON: { what: "Some of it isn't JSON.", todo: "Correct it, then try again.", next: "nothing" },
  EDIT_UNCHECKABLE: { what: "The server can't check an edit of this tool: it doesn't know its schema.", todo: "Approve or reject it as it is.", next: "nothing" }, // prettier-ignore
  TOO_LARGE: { what: "This is more than the server takes.", todo: "Make it shorter.", next: "nothing" },

  // Who they are.
  UNAUTHENTICATED: { what: "Your session has ended. Nothing was recorded.", todo: "Sign in again. What you typed is kept.", next: "sign in" }, // prettier-ignore
  SIGN_IN_AGAIN: { what: "You signed in too long ago to sign this.", todo: "Sign in again. What you typed is kept.", next: "sign in" },
  SOMEBODY_ELSE: { what: "This browser is somebody else's by now. Nothing was recorded.", todo: "Sign in again as yourself.", next: "sign in" }, // prettier-ignore
  SIGN_IN_AWAY: { what: "Nobody can tell now who you are.", todo: WAITS_TO_BE_TRIED, next: "again" },

  // The server can't, now.
  RATE_LIMITED: { what: "That was too many requests in a short time.", todo: WAITS_TO_BE_TRIED, next: "again" },
  STORE_UNAVAILABLE: { what: "The server can't reach its store.", todo: "Try again: that is safe.", next: "again" },
  CLOSING: { what: "The server is being restarted.", todo: "Try again in a moment: that is safe.", next: "again" },
  BODY_TOO_SLOW: { what: "The connection was too slow. Nothing was done.", todo: "Try again.", next: "again" },
  NO_ANSWER: { what: "The server had no answer in time.", todo: "Try again.", next: "again" },
  TIMEOUT: { what: "The server had no answer in time.", todo: "Try again.", next: "again" },
  INTERNAL: { what: "Something went wrong on the server.", todo: "Try again. If it stays, tell whoever runs it.", next: "again" },
  NOT_COUNTERSIGN: { what: "The answer came from something that stands before the server.", todo: "Try again. If it stays, tell whoever runs it.", next: "again" }, // prettier-ignore

  // It isn't there.
  REQUEST_NOT_FOUND: MISSING,
  GRANT_NOT_FOUND: MISSING,
  FREEZE_NOT_FOUND: MISSING,
  NO_ROUTE: { what: "This server doesn't offer this.", todo: "It may be of another version than this page. Reload.", next: "nothing" },

  // Mistakes in the page, the set-up, the store.
  BAD_BODY: PAGE_AT_FAULT,
  METHOD_NOT_ALLOWED: PAGE_AT_FAULT,
  NOT_JSON_BODY: PAGE_AT_FAULT,
  DIGEST_REQUIRED: PAGE_AT_FAULT,
  CROSS_ORIGIN: OUT_OF_PLACE,
  WRONG_HOST: OUT_OF_PLACE,
};
