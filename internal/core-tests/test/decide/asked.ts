// Calls that were asked by hand, and who decides about them.
import {
  createGate,
  definePolicy,
  isCountersignError,
  type ApprovalRequest,
  type Gate,
  type JsonObject,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { z } from "zod";

/** Somebody with these roles. */
export function person(id: string, ...roles: readonly string[]): Principal {
  return { id, roles };
}

/** A request for a payment under these terms. */
export async function askedUnder(
  review: ReviewTerms,
  options: {
    readonly args?: JsonObject;
    readonly requestedBy?: Principal;
    readonly now?: () => number;
    readonly redact?: readonly string[];
    /** Terms at the top of the policy. */
    readonly inherited?: ReviewTerms;
  } = {},
): Promise<{ readonly gate: Gate; readonly request: ApprovalRequest }> {
  const { args = { amount: 4_200 }, requestedBy = { id: "asker" }, now, redact, inherited = {} } = options;
  const policy = definePolicy({
    review: inherited,
    tools: { pay: { args: z.looseObject({}), ask: true, review, ...(redact && { redact }) } },
  });
  const gate = createGate({ policy, store: memoryStore(now && { now }), warn: () => {}, ...(now && { now }) });
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args, requestedBy });
  if (asked.status !== "pending") throw new Error(`it is ${asked.status}`);
  return { gate, request: asked.request };
}

/** What a decision came to: the request's status, or the code of the error. */
export function cameTo(work: Promise<ApprovalRequest>): Promise<string> {
  return work.then(
    ({ status }) => status,
    (error: unknown) => (isCountersignError(error) ? error.code : String(error)),
  );
}

/** The error that it ends with. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  const none = Symbol("none");
  const error = await work.then(
    () => none,
    (thrown: unknown) => thrown,
  );
  if (error === none) throw new Error("it did not fail");
  return error;
}
