import assert from "node:assert/strict";
import type { JsonObject } from "@countersign/core";
import type { Answer, PendingCall } from "../process/order.ts";
import type { Stage } from "../stage.ts";

/** Assertions are on states, error codes, effects and transcripts; never on what a message says. */

export function assertStatus(answer: Answer, status: Answer["status"]): void {
  if (answer.status === status) return;
  const why = answer.status === "error" ? ` (${answer.code ?? "untyped"}): ${answer.message?.split("\n")[0] ?? ""}` : "";
  assert.fail(`expected the step to end as ${status}, but it ended as ${answer.status}${why}`);
}

export function assertCode(answer: Answer, ...codes: readonly string[]): void {
  const found = answer.status === "error" ? (answer.code ?? `an untyped error: ${answer.message?.split("\n")[0] ?? ""}`) : answer.status;
  assert.ok(codes.includes(found), `expected ${codes.join(" or ")}, but got ${found}`);
}

/** The one call that waits. */
export function onlyPending(answer: Answer): PendingCall {
  assertStatus(answer, "suspended");
  const [call] = answer.pending;
  assert.equal(answer.pending.length, 1, `expected one pending call, but there are ${answer.pending.length}`);
  return call as PendingCall;
}

/** The call that waits and pays this one. */
export function pendingTo(answer: Answer, to: string): PendingCall {
  assertStatus(answer, "suspended");
  const found = answer.pending.find(({ args }) => args["to"] === to);
  if (!found) assert.fail(`no call to pay ${to} is pending`);
  return found;
}

/** The arguments of all payments that were really made. */
export function paid(stage: Stage): readonly JsonObject[] {
  return stage.effects().flatMap(({ tool, args }) => (tool === "pay" ? [args] : []));
}

/** What the model was last told about this call. */
export function resultOf({ transcript }: Answer, id: string): string {
  const result = transcript.findLast((message) => message.role === "result" && message.id === id);
  if (result?.role !== "result") assert.fail(`the model was shown no result of ${id}`);
  return result.text;
}

/** The arguments with which the model finds its own call in its history. */
export function ownArgs({ transcript }: Answer, id: string): unknown {
  const call = transcript.findLast((message) => message.role === "call" && message.id === id);
  if (call?.role !== "call") assert.fail(`the model's own call ${id} is not in its history`);
  return call.args;
}

export function assertTold(answer: Answer, id: string, what: string): void {
  assert.ok(resultOf(answer, id).includes(what), `the model was not told "${what}" about ${id}, but: ${resultOf(answer, id)}`);
}

/** The whole life of one call: nothing else has happened. */
export function assertPaid(stage: Stage, ...args: readonly JsonObject[]): void {
  assert.deepEqual(sorted(paid(stage)), sorted(args), "the payments that were made are not those that were signed");
}

/** In an order that only depends on what they are. */
function sorted(list: readonly JsonObject[]): readonly JsonObject[] {
  const nameOf = (args: JsonObject): string => JSON.stringify(Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return list.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
