import type { AgentRunner, ApprovalRequest, Gate, Principal } from "@countersign/core";
import { amendRun, requestIdFor, savedRun, type GateIn } from "@countersign/core/adapter";
import type { InferUITools, ModelMessage, UIMessage } from "ai";
import type { AgentLike, OutputOf, StreamOf } from "../agent-like.ts";
import { fromContinuation, NOTHING, toContinuation, type Saved } from "../saved.ts";
import { openTurn, proposedCalls } from "../turn.ts";
import { takesReasons } from "./request-reason.ts";
import { respondTo } from "./respond.ts";
import { hasHeard, isSaid, keep, withInput, withKept, type Input, type RunOptions } from "./said.ts";
import { nextAnswerId, uiMessagesOf, type Standing } from "./ui-messages.ts";

type ChatMessage<A extends AgentLike> = UIMessage<unknown, never, InferUITools<A["tools"]>>;

/** A runner whose conversations are chats: it keeps the messages, the pages load them. */
export interface ChatRunner<A extends AgentLike, C> extends AgentRunner<string | ModelMessage[], OutputOf<A>, StreamOf<A>, C> {
  /**
   * The whole `useChat` route: takes the client's one message, a text or a click on an approval, and never its history.
   * It decides in the name of `by`, goes on, streams and saves; the page then shows what is saved, whoever did it. A text
   * that comes while calls wait is kept with them, and told to the model once they are decided and have run. Sent again
   * under the same id it is no other one. What goes wrong arrives in the page as the chat's error, such as
   * THREAD_BUSY while another answer is being made, or THREAD_SUSPENDED for a text of somebody else than whoever asked.
   * `signal`: whose abort stops the run.
   */
  respond(
    chat: { threadId: string; message: UIMessage; by: Principal; signal?: AbortSignal | undefined } & (unknown extends C
      ? {}
      : { context: C }),
  ): Promise<Response>;
  /** The conversation, with what the user said last, for a page that opens or looks again. Empty for a thread that nobody has seen. */
  messages(threadId: string): Promise<ChatMessage<A>[]>;
}

/** Makes a runner of chats of one that drives the agent. */
export function chatRunner<C, A extends AgentLike>(
  gate: GateIn<C>,
  agent: A,
  runner: AgentRunner<Input, OutputOf<A>, StreamOf<A>, C, RunOptions>,
): ChatRunner<A, C> {
  async function load(threadId: string): Promise<{ readonly saved: Saved; readonly input: unknown }> {
    const { continuation, input } = await savedRun(gate, threadId);
    return { saved: fromContinuation(continuation) ?? NOTHING, input };
  }
  async function shown(threadId: string, saved: Saved, input?: unknown): Promise<UIMessage[]> {
    const told = withKept(saved);
    const whole = input === undefined || (isSaid(input) && hasHeard(told, input)) ? told : withInput(told, input as Input);
    return uiMessagesOf(whole, agent.tools, await standingsIn(gate, threadId, saved.messages));
  }
  return {
    ...(runner as unknown as AgentRunner<string | ModelMessage[], OutputOf<A>, StreamOf<A>, C>),
    async messages(threadId) {
      const { saved, input } = await load(threadId);
      return (await shown(threadId, saved, input)) as ChatMessage<A>[];
    },
    async respond({ threadId, message, by, signal, ...rest }) {
      const given = { signal, requestedBy: by, ...rest } as never;
      return respondTo(
        {
          gate,
          threadId,
          by,
          signal,
          start: (said) => runner.stream(threadId, said, given),
          resume: (answered) => runner.resumeStream(threadId, { signal, answered }),
          hasHeard: async (said) => hasHeard((await load(threadId)).saved, said),
          keep: (said) =>
            amendRun(gate, threadId, by, (continuation) => {
              const saved = fromContinuation(continuation) ?? NOTHING;
              return hasHeard(saved, said) ? undefined : toContinuation(keep(saved, said));
            }),
          async nextAnswer() {
            const { saved } = await load(threadId);
            return nextAnswerId(withKept(saved).messages);
          },
          messages: async () => shown(threadId, (await load(threadId)).saved),
        },
        message,
      );
    },
  };
}

/** How each call that waits is to be shown. */
async function standingsIn(gate: Gate, threadId: string, messages: readonly ModelMessage[]): Promise<ReadonlyMap<string, Standing>> {
  const turn = openTurn(messages);
  if (!turn) return new Map();
  const calls = proposedCalls(messages, turn, "history");
  return new Map(
    await Promise.all(
      calls.map(async (call): Promise<[string, Standing]> => {
        const approvalId = requestIdFor(gate, threadId, call);
        const request = await gate.get(approvalId);
        const requestReason = (await takesReasons()) ? request?.reason : undefined;
        return [call.callId, { approvalId, requestReason, ...decided(request) }];
      }),
    ),
  );
}

function decided(request: ApprovalRequest | undefined): Pick<Standing, "approved" | "reason"> {
  if (!request || request.status === "pending") return { approved: undefined, reason: undefined };
  const last = request.decisions.at(-1)?.decision;
  return { approved: request.status === "approved", reason: last?.type === "reject" ? last.message : undefined };
}
