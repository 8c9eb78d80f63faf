import type { Approval, Gate, Settled, ThreadInfo } from "@countersign/core";
import type { RunnableConfig } from "@langchain/core/runnables";
import { invocationOf } from "./invocation.ts";
import { pauseOf } from "./pause.ts";
import { pausePayload } from "./payload.ts";
import { untilPersisted } from "./persisted.ts";
import { positionOf } from "./position.ts";
import { surroundingsOf } from "./surroundings.ts";

/**
 * In a plain node: pauses the graph until somebody decides about this call, then answers what was decided. Whatever is
 * approved is executed by `gate.execute(approval, effect)`, here or in a later node: the recorded arguments run, whatever
 * the graph's state says by then. Without a `key`, a node that asks several times has to ask in the same order whenever
 * it is re-entered; with one, asking again with the same key and arguments is the same request for the whole thread.
 * @example const approval = await requestApproval(gate, { tool: "send_payment", args: { amount: 4_200, recipient: "Acme" } });
 * @throws SETUP outside a graph with a checkpointer and a thread_id, INVALID_ARGS, NOT_JSON
 */
export async function requestApproval<Tools, C, K extends string>(
  gate: Gate<Tools, C>,
  call: { tool: K; args: K extends keyof Tools ? (Tools[K] extends { in: infer A } ? A : object) : object; key?: string } & ThreadInfo,
  config?: RunnableConfig,
): Promise<
  Settled<Approval<K extends keyof Tools ? (Tools[K] extends { out: infer A } ? A : never) : { readonly [key: string]: unknown }>>
> {
  const surroundings = surroundingsOf(config);
  const { threadId } = surroundings;
  const key = call.key ?? positionOf(surroundings, call.tool);
  await untilPersisted(surroundings);
  const { tool, args, requestedBy } = call;
  const approval = await (gate as Gate).ask({ threadId, tool, args: args as never, key, requestedBy });
  if (approval.status !== "pending") return approval as never;
  const { suspended } = invocationOf(gate, surroundings, () => ({ requestedBy }));
  // The ids under which gate.ask records: the runner suspends with the same call, which is the same request.
  suspended.push({ turnId: `ask:${key}`, callId: key, tool, args: approval.request.args });
  throw pauseOf(pausePayload(threadId, [approval.request]));
}
