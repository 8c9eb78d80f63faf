import type { Approval, Decided, Gate, JsonObject, ThreadInfo } from "@countersign/core";
import { demand, demandGate, demandOptions } from "@countersign/core/adapter";
import type { RunnableConfig } from "@langchain/core/runnables";
import { untilPersisted } from "./checkpoints/persisted.ts";
import { positionOf } from "./checkpoints/position.ts";
import { surroundingsOf } from "./checkpoints/surroundings.ts";
import { pauseOf } from "./pauses/pause.ts";
import { pausePayload } from "./pauses/payload.ts";
import { runOf } from "./run.ts";

/**
 * In a plain node: pauses the graph until somebody decides about this call, then answers what was decided. Whatever is
 * approved is executed by `gate.execute(approval, effect)`, here or in a later node: the recorded arguments run, whatever
 * the graph's state says by then. Without a `key`, a node that asks several times has to ask in the same order whenever
 * it is re-entered; with one, asking again with the same key and arguments is the same request for the whole thread.
 * Who asks is what the runner's `start` was told; `requestedBy` is for graphs that run without a runner.
 * @example const approval = await requestApproval(gate, { tool: "send_payment", args: { amount: 4_200, recipient: "Acme" } });
 * @throws SETUP outside a graph with a checkpointer and a thread_id, INVALID_ARGS, NOT_JSON
 */
export async function requestApproval<Tools, C, K extends string>(
  gate: Gate<Tools, C>,
  call: { tool: K; args: K extends keyof Tools ? (Tools[K] extends { in: infer A } ? A : object) : object; key?: string } & ThreadInfo,
  config?: RunnableConfig,
): Promise<
  Decided<Approval<K extends keyof Tools ? (Tools[K] extends { out: infer A } ? A : never) : { readonly [key: string]: unknown }>>
> {
  demandGate(gate);
  const right = 'requestApproval(gate, { tool: "send_payment", args })';
  demand(typeof call === "object" && call !== null, call, "the call", right);
  demandOptions(call, ["tool", "args", "key", "requestedBy"], right);
  const surroundings = surroundingsOf(config);
  const { tool, key, requestedBy } = call;
  const { thread, suspended } = runOf(gate, surroundings, () => ({ requestedBy }));
  const place =
    key === undefined ? { turnId: surroundings.task, callId: positionOf(surroundings, tool) } : { turnId: `ask:${key}`, callId: key };
  const proposed = { ...place, tool, args: call.args as JsonObject };
  await untilPersisted(surroundings, thread.id);
  const approval = await thread.ask(proposed, { requestedBy });
  if (approval.status !== "pending") return approval as never;
  suspended.push(proposed);
  throw pauseOf(pausePayload(thread.id, [{ call: proposed, request: approval.request }]));
}
