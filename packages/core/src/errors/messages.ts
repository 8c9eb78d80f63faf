import { groupsText, isPerson } from "../contract/quorum.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { ErrorCode, ErrorDetails } from "./codes.ts";

const path = (keys: readonly PropertyKey[]): string => keys.map(String).join(".") || "the value itself";
const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
const name = (request: ApprovalRequest): string => `${request.id} (${request.tool})`;

/** What a person reads: what happened, to which record, and what to do next. */
export const messages: { readonly [C in ErrorCode]: (details: ErrorDetails[C]) => string } = {
  REQUEST_NOT_FOUND: ({ id }) =>
    `There is no request ${id} in this store and tenant. Check the id, and which store and tenant you look into.`,
  ALREADY_DECIDED: ({ request, winner }) =>
    `Request ${name(request)} is already ${request.status}${winner ? ` by ${winner.by.id}` : ""}. Nothing was changed.`,
  NOT_APPROVED: ({ request }) =>
    request
      ? `Request ${name(request)} is ${request.status}, so it does not run.`
      : "There is no recorded approval of this call, so it does not run.",
  PURGED: ({ id }) => `Request ${id} finished long ago and was purged. It does not run again. To ask anew, use another key or a new turn.`,
  GRANT_NOT_FOUND: ({ id }) => `There is no grant ${id} in this store and tenant. gate.grants() lists those that there are.`,
  DUPLICATE_CALL: ({ turnId, callId }) =>
    `Turn ${turnId} proposes call id ${callId} twice. Nothing was recorded. Give each call an id of its own.`,
  TOO_MANY_REQUESTS: ({ scope, id, limit, within }) =>
    `More than ${limit} requests of the last ${within / 1_000} s would wait for people ${scope === "thread" ? "in thread" : "on behalf of"} ${id}. ` +
    `Nothing was recorded, and people can still decide what waits. Have some decided, or try again later. createGate({ limits: { ${scope}: … } }) allows more.`,
  THREAD_BUSY: ({ threadId }) => `Thread ${threadId} is running already, here or in another process. Try again when that run has ended.`,
  THREAD_CLOSED: ({ threadId }) => `Thread ${threadId} has ended. To go on, start it with a new input.`,
  LEASE_LOST: ({ threadId }) =>
    `Another process has taken over thread ${threadId} and goes on with it. No effect was started here. You don't need to do anything.`,
  TIMEOUT: ({ after }) => `Nobody decided within ${after} ms. The request is still pending.`,
  FROZEN: ({ id, by, reason, tool }) =>
    `${tool} is frozen by ${by.id}: ${reason}. The call did not run, and its signatures stay good. Resume it when freeze ${id} is lifted.`,
  FREEZE_NOT_FOUND: ({ id }) => `There is no freeze ${id} in this store and tenant. gate.freezes() lists those in force.`,
  AUDIT_BROKEN: ({ subject, seq, flaw, foreign }) =>
    foreign
      ? `This export does not belong to this store and tenant: ${flaw}. Verify it with the store that it was made from. If that is this store, its records were removed or replaced.`
      : `The audit chain of ${subject} is broken at event ${seq}: ${flaw}. Keep the store as it is and compare it with a backup.`,
  ARGS_CHANGED: ({ request }) => `Request ${name(request)} now has other arguments than you were shown. Look at it again, then decide.`,
  EDIT_UNCHECKABLE: ({ request }) =>
    `This process can't check an edit of ${name(request)}: it has neither a policy nor a schema for the tool. Edit where the policy is loaded.`,
  EXECUTION_BUSY: ({ request }) => `Another process is executing request ${name(request)}. Resume later to get the recorded result.`,
  CONFLICT: ({ request }) =>
    `This can't be done to request ${name(request)} now: it is ${request.status}, and its execution is ${request.execution}.`,
  EXPIRED: ({ request }) => `Request ${name(request)} has expired. It did not run.`,
  NOT_AUTHORIZED: (details) => unauthorized(details),
  SELF_REVIEW: ({ by, edited }) =>
    `${by.id} ${edited ? "wrote the arguments that this call has now" : "asked for this call"}, so somebody else has to sign it.`,
  DECISION_NOT_ALLOWED: ({ allowed }) => `This decision is not offered here. Allowed: ${allowed.join(", ") || "none"}.`,
  NOT_CONFIRMED: ({ request, paths, valueless }) =>
    valueless.length > 0
      ? `Request ${name(request)} can't be signed with these arguments: there is no one value at ${valueless.join(" and ")} to confirm. Edit or reject it.`
      : `Whoever signs request ${name(request)} has to type what stands at ${paths.join(" and ")}. Nothing was signed. Pass it: approve({ confirm }).`,
  INVALID_ARGS: ({ issues }) => `Invalid: ${issues.map((issue) => `${path(issue.path)}: ${issue.message}`).join("; ")}.`,
  POLICY_DENIED: ({ rule, reason }) =>
    reason.startsWith("The policy ") ? `${reason} (rule ${rule}).` : `The policy does not allow this (rule ${rule}): ${reason}.`,
  NOT_JSON: ({ path: keys }) =>
    `JSON has no word for what stands at ${path(keys)}. Use plain objects, lists, text, finite numbers, booleans and null.`,
  NATIVE_REFUSED: ({ threadId, reason }) =>
    `The answer for thread ${threadId} was refused: ${reason}. Nothing of it was recorded. Show the calls again.`,
  THREAD_UNKNOWN: ({ tool, threadId, otherGate }) =>
    threadId !== undefined
      ? `Thread ${threadId} was never started. Call start first.`
      : otherGate
        ? `There are two gates: one guards the tool ${tool}, and another one drives the run that called it. Pass one gate to both, to gateTools and to createRunner.`
        : `The tool ${tool} was called outside any thread. Tell gateTools whose call it is, or call the tool through a runner.`,
  THREAD_SUSPENDED: ({ threadId, pending }) =>
    pending.length === 0
      ? `Thread ${threadId} has not gone on since its calls were decided. Resume it, or start it with pending: "cancel" to withdraw those that have not begun.`
      : `Thread ${threadId} waits for ${pending.length} decision(s). Resume it when they are made, or start it with pending: "cancel" to withdraw the requests.`,
  AGENT_UNKNOWN: ({ agent }) => `The thread belongs to the agent ${agent}. Use the runner of that name.`,
  STATE_INCOMPATIBLE: (details) => incompatible(details),
  STATE_NOT_SERIALIZABLE: ({ path: keys }) =>
    `The state can't be saved because of what stands at ${path(keys)}. Put JSON there, or a date, bytes, a bigint, a Map, a Set or a URL, or leave it out.`,
  EXECUTION_UNKNOWN: ({ request }) =>
    request.status === "approved" && request.execution === "none"
      ? `Request ${name(request)} was cut short, and nobody knows whether it happened. Its rule lets it be repeated: resume, and it runs again.`
      : `Request ${name(request)} was started, and nobody knows whether it happened. Check the outside system, then call gate.settle.`,
  STORE_UNAVAILABLE: (details) => unavailable(details),
  // What to do about it is the store's to say.
  STORE_INCOMPATIBLE: ({ found, expected }) => {
    if (found === "foreign") return "This is not a Countersign store. Nothing was changed in it.";
    if (found === 0) return "There is no store there yet.";
    return found > expected
      ? `The store has schema ${found}, and this version knows ${expected}. Upgrade the package.`
      : `The store has schema ${found}, and this version needs ${expected}.`;
  },
  // Of a file, the note names each place.
  POLICY_INVALID: ({ path: at, problems }) => (problems ? "The file can't be used:" : `The policy is invalid at ${at}.`),
  SETUP: ({ hint }) => hint,
};

function unauthorized({ by, missing, groups }: ErrorDetails["NOT_AUTHORIZED"]): string {
  if (groups) return `A signature of ${by.id} would not count. It still takes ${groupsText(groups)}.`;
  const takes = missing.length > 0 ? ` It takes one of these roles or people: ${missing.join(", ")}.` : "";
  if (isPerson(by)) return `${by.id} may not do this.${takes}`;
  return `${by.id} may not do this: it is of kind ${by.kind}, and signs only where reviewers of the policy name it.${takes}`;
}

function incompatible({ framework, tool, runner, saved, running }: ErrorDetails["STATE_INCOMPATIBLE"]): string {
  if (runner !== undefined) {
    return (
      `The agent ${saved} has saved this thread. The runner ${runner} drives the agent ${running} here, which has no ${saved}. ` +
      "Give each agent a runner name of its own. If the agent was renamed or removed, resume the thread with the old version."
    );
  }
  if (tool !== undefined) {
    return (
      `The tool ${tool} has changed since this call was signed. Then: ${saved}. Now: ${running}. ` +
      "The call did not run, and every decision stands. Resume it with the old version."
    );
  }
  return saved === framework
    ? `This thread was saved by ${framework}, and this runner is on ${running}. Go on with a runner on ${framework}.`
    : `This thread was saved by ${framework} ${saved}, and this process runs ${running}. Resume it with the old version.`;
}

function unavailable({ retryable, answered, unreadable, closed }: ErrorDetails["STORE_UNAVAILABLE"]): string {
  if (unreadable)
    return `The record ${unreadable.id} can't be read: ${unreadable.reason}. Another version wrote it, or it was damaged. Compare it with a backup.`;
  if (closed)
    return "The store was closed: this call read and wrote nothing. Close a store when the program ends, not before. `await using` closes it at the end of its block, and at the top of a module at the end of the module.";
  const what = answered === undefined ? "did not answer." : `can't do this${retryable ? " now" : ""}: ${sentence(answered)}`;
  return `The store ${what}${retryable ? " Trying again is safe." : ""}`;
}
