import type { ApprovalRequest } from "../contract/request.ts";
import type { ErrorCode, ErrorDetails } from "./codes.ts";

const path = (keys: readonly PropertyKey[]): string => keys.map(String).join(".") || "the value itself";
const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
const name = (request: ApprovalRequest): string => `${request.id} (${request.tool})`;

/** What a person reads: what happened, to which record, and what to do next. */
export const messages: { readonly [C in ErrorCode]: (details: ErrorDetails[C]) => string } = {
  REQUEST_NOT_FOUND: ({ id }) => `There is no request ${id} in this store and tenant.`,
  ALREADY_DECIDED: ({ request, winner }) =>
    `Request ${name(request)} is already ${request.status}${winner ? ` by ${winner.by.id}` : ""}. Nothing was changed.`,
  NOT_APPROVED: ({ request }) =>
    request
      ? `Request ${name(request)} is ${request.status}: it does not run.`
      : "There is no recorded approval of this call: it does not run.",
  PURGED: ({ id }) => `Request ${id} has finished long ago and was purged. It does not run again.`,
  GRANT_NOT_FOUND: ({ id }) => `There is no grant ${id} in this store and tenant.`,
  DUPLICATE_CALL: ({ turnId, callId }) =>
    `Turn ${turnId} proposes call id ${callId} twice. Nothing was recorded: give each call its own id.`,
  TOO_MANY_REQUESTS: ({ scope, id, limit, within }) =>
    `More than ${limit} requests of the last ${within / 1_000} s would wait for people ${scope === "thread" ? "in thread" : "on behalf of"} ${id}. ` +
    `Nothing was recorded, and what waits stays decidable. Have some decided, or try again later; limits.${scope} of createGate allows more.`,
  THREAD_BUSY: ({ threadId }) => `Thread ${threadId} is held by another invocation right now. Try again when it has ended.`,
  THREAD_CLOSED: ({ threadId }) => `Thread ${threadId} has ended. Start it with a new input.`,
  LEASE_LOST: ({ threadId }) => `This process no longer holds thread ${threadId}; another one goes on with it. No effect was started.`,
  TIMEOUT: ({ after }) => `Nobody decided within ${after} ms. The request is still pending.`,
  FROZEN: ({ id, by, reason, tool }) =>
    `${tool} is frozen by ${by.id}: ${reason}. It did not run, and signatures stay good: resume once freeze ${id} is lifted.`,
  FREEZE_NOT_FOUND: ({ id }) => `There is no freeze ${id} in this store and tenant. gate.freezes() lists those in force.`,
  AUDIT_BROKEN: ({ subject, seq, flaw, foreign }) =>
    foreign
      ? `This export does not belong to this store and tenant: ${flaw}. Verify it with the store that it was made from. If that is this one, its records were removed or replaced.`
      : `The audit chain of ${subject} is broken at event ${seq}: ${flaw}. Keep the store as it is and compare it with a backup.`,
  ARGS_CHANGED: ({ request }) => `Request ${name(request)} now proposes other arguments than those shown. Look at it again, then decide.`,
  EDIT_UNCHECKABLE: ({ request }) =>
    `An edit of ${name(request)} can't be checked here: neither a policy nor a schema is at hand. Edit where the policy is loaded.`,
  EXECUTION_BUSY: ({ request }) => `Request ${name(request)} is being executed elsewhere. Resume later to get its recorded result.`,
  CONFLICT: ({ request }) =>
    `Request ${name(request)} is not in a state where this is possible (${request.status}, execution ${request.execution}).`,
  EXPIRED: ({ request }) => `Request ${name(request)} has expired. Nothing was executed.`,
  NOT_AUTHORIZED: ({ by, missing }) => `${by.id} may not do this. It takes one of: ${missing.join(", ")}.`,
  SELF_REVIEW: ({ by }) => `${by.id} asked for this call and so can't sign it. Somebody else has to.`,
  DECISION_NOT_ALLOWED: ({ allowed }) => `This decision is not offered here. Allowed: ${allowed.join(", ") || "none"}.`,
  INVALID_ARGS: ({ issues }) => `Invalid: ${issues.map((issue) => `${path(issue.path)}: ${issue.message}`).join("; ")}.`,
  POLICY_DENIED: ({ rule, reason }) =>
    reason.startsWith("The policy ") ? `${reason} (rule ${rule}).` : `The policy does not allow this (rule ${rule}): ${reason}.`,
  NOT_JSON: ({ path: keys }) =>
    `Not representable as JSON at ${path(keys)}: only plain objects, arrays, strings, finite numbers, booleans and null are.`,
  NATIVE_REFUSED: ({ threadId, reason }) => `The answer for thread ${threadId} was refused: ${reason}. The pause is unchanged.`,
  THREAD_UNKNOWN: ({ tool, threadId, otherGate }) =>
    threadId !== undefined
      ? `Thread ${threadId} was never started. Call start first.`
      : otherGate
        ? `There are two gates: one guards the tool ${tool}, and another one drives the run that called it. Pass one gate to both, to gateTools and to createRunner.`
        : `The tool ${tool} was called outside any thread. Tell gateTools whose call it is, or call the tool through a runner.`,
  THREAD_SUSPENDED: ({ threadId, pending }) =>
    `Thread ${threadId} is suspended with ${pending.length} undecided request(s). Resume it, or start with pending: "cancel".`,
  AGENT_UNKNOWN: ({ agent }) => `The thread belongs to agent ${agent}; this is not its runner.`,
  STATE_INCOMPATIBLE: ({ framework, tool, runner, saved, running }) =>
    runner !== undefined
      ? `The agent ${saved} has saved this thread. The runner ${runner} drives the agent ${running} here, which has no ${saved}. ` +
        "Give each agent a runner name of its own. If the agent was renamed or removed, resume the thread with the old version."
      : tool !== undefined
        ? `The tool ${tool} has changed since this call was signed: then ${saved}; now ${running}. ` +
          "It did not run, and what was decided stands. Resume it with the old version."
        : saved === framework
          ? `The thread was saved by ${framework}, this process runs ${running}. Only a runner on ${framework} can go on with it.`
          : `The thread was saved by ${framework} ${saved}, this process runs ${running}. Resume it with the old version.`,
  STATE_NOT_SERIALIZABLE: ({ path: keys }) =>
    `The state to be saved can't be kept: at ${path(keys)} stands neither JSON nor a date, bytes, a bigint, a Map, a Set or a URL. Put plain values there, or leave it out.`,
  EXECUTION_UNKNOWN: ({ request }) =>
    request.status === "approved" && request.execution === "none"
      ? `Request ${name(request)} was cut short, and it is unknown whether it happened. It may be repeated: resume, and it runs again.`
      : `Request ${name(request)} was begun and its outcome is unknown. A person has to look and then call gate.settle.`,
  STORE_UNAVAILABLE: ({ retryable, answered, unreadable, closed }) => {
    if (unreadable)
      return `The record ${unreadable.id} can't be read: ${unreadable.reason}. Another version wrote it, or it was damaged. Compare it with a backup.`;
    if (closed)
      return "The store was closed: this call read and wrote nothing. Close a store when the program ends, not before. `await using` closes it at the end of its block, and at the top of a module at the end of the module.";
    const what = answered === undefined ? "did not answer." : `can't do this${retryable ? " now" : ""}: ${sentence(answered)}`;
    return `The store ${what}${retryable ? " Trying again is safe." : ""}`;
  },
  STORE_INCOMPATIBLE: ({ found, expected }) => {
    if (found === "foreign") return "This is not a Countersign store. Nothing was changed in it.";
    if (found === 0) return "There is no store there yet.";
    return `The store has schema ${found}, this version ${found > expected ? "knows" : "needs"} ${expected}.${found > expected ? " Upgrade the package." : ""}`;
  },
  // Of a file, the note names each place.
  POLICY_INVALID: ({ path: at, problems }) => (problems ? "The file can't be used:" : `The policy is invalid at ${at}.`),
  SETUP: ({ hint }) => hint,
};
