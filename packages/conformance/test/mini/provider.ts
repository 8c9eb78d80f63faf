import type { ProposedCall } from "@countersign/core/adapter";
import type { Advancing, Outcome } from "./advancing.ts";
import type { Flaw } from "./flaw.ts";
import type { Agent, Message } from "./framework.ts";

/** What the framework does about calls that the model's provider runs. */

/** Signed, it is the provider's. */
export async function handOver({ thread, flaw }: Advancing, call: ProposedCall, fresh: boolean): Promise<Outcome> {
  if (flaw === "lets-the-provider") return HANDED_OVER;
  const execution = await thread.execute(call, () => "handed over", { fresh });
  if (execution.status === "pending") return { pause: [call] };
  if (execution.status === "refused") return { text: execution.message, stops: execution.then === "stop", refused: true };
  return HANDED_OVER;
}
const HANDED_OVER: Outcome = { text: "approved", approves: true };

/** The answer to a call in the form that its provider takes. */
export function answerTo(
  { hosted = [] }: Agent,
  { id, tool, text, approves = false }: { readonly id: string; readonly tool: string; readonly text: string; readonly approves?: boolean },
  flaw: Flaw | undefined,
): Message {
  const plain: Message = { role: "tool", id, text };
  return hosted.includes(tool) && (approves || flaw !== "answers-for-the-provider") ? { ...plain, approves } : plain;
}

/** The provider's side: it wants its own calls answered in its own form, and runs those that it may. @throws Error */
export async function asProvider(messages: readonly Message[], hosted: Agent["tools"]): Promise<void> {
  const at = messages.findLastIndex(({ role }) => role === "model");
  for (const { calls = [] } of messages) {
    for (const { id, name } of calls) {
      const answers = messages.filter((message) => message.role === "tool" && message.id === id);
      if (name in hosted && answers.some(({ approves }) => approves === undefined)) throw new Error(`400: ${id} has no approval response`);
    }
  }
  for (const { id, name, args } of messages[at]?.calls ?? []) {
    if (messages.slice(at).some((message) => message.id === id && message.approves)) await hosted[name]?.(args);
  }
}
