import type { AgentRunner, ApprovalRequest, Gate, Principal } from "@countersign/core";
import { requestIdFor, savedRun, type GateIn } from "@countersign/core/adapter";
import type { InferUITools, ModelMessage, UIMessage } from "ai";
import { agentRunner, type AgentLike, type Input, type OutputOf, type StreamOf } from "../resume.ts";
import { fromContinuation, type Saved } from "../saved.ts";
import { openTurn, proposedCalls } from "../turn.ts";
import { respondTo } from "./respond.ts";
import { answerId, uiMessagesOf, type Standing } from "./ui-messages.ts";

type ChatMessage<A extends AgentLike> = UIMessage<unknown, never, InferUITools<A["tools"]>>;

/** A runner whose conversations are chats: it keeps the messages, the pages load them. */
export interface ChatRunner<A extends AgentLike, C> extends AgentRunner<Input, OutputOf<A>, StreamOf<A>, C> {
  /**
   * The whole `useChat` route: takes the client's one message, a text or a click on an approval, and never its history.
   * It decides in the name of `by`, goes on, streams and saves; the page then shows what is saved, whoever did it. What
   * goes wrong arrives in the page as the chat's error. `signal`: whose abort stops the run.
   */
  respond(
    chat: { threadId: string; message: UIMessage; by: Principal; signal?: AbortSignal | undefined } & (unknown extends C
      ? {}
      : { context: C }),
  ): Promise<Response>;
  /** The saved conversation, for a page that opens or looks again. Empty for a thread that nobody has seen. */
  messages(threadId: string): Promise<ChatMessage<A>[]>;
}

/**
 * Drives an agent on threads that the server owns. Its messages are saved in the same write as what they wait for, so any
 * process with the store and the agent can go on.
 * @param options.name is stored with every pause: how a worker finds the agent again. Keep it stable.
 * @example const payments = createRunner(gate, new ToolLoopAgent({ model, tools: gateTools(gate, tools) }), { name: "payments" })
 * @throws SETUP for a gate without a policy
 */
export function createRunner<C, A extends AgentLike>(gate: GateIn<C>, agent: A, options: { name: string }): ChatRunner<A, C> {
  const runner = agentRunner<C, A>(gate, agent, options.name);

  async function load(threadId: string): Promise<Saved> {
    return fromContinuation(await savedRun(gate, threadId)) ?? { messages: [], outputs: {} };
  }
  async function shown(threadId: string, saved: Saved): Promise<UIMessage[]> {
    return uiMessagesOf(saved, agent.tools, await standingsIn(gate, threadId, saved.messages));
  }
  return {
    ...(runner as AgentRunner<Input, OutputOf<A>, StreamOf<A>, C>),
    messages: async (threadId) => (await shown(threadId, await load(threadId))) as ChatMessage<A>[],
    async respond({ threadId, message, by, signal, ...rest }) {
      const given = { signal, requestedBy: by, ...rest } as never;
      return respondTo(
        {
          gate,
          threadId,
          by,
          signal,
          start: (messages: ModelMessage[]) => runner.stream(threadId, messages, given),
          resume: (answered) => runner.resumeStream(threadId, { signal, answered }),
          async messages() {
            const saved = await load(threadId);
            return { messages: await shown(threadId, saved), answer: answerId(saved.messages, message.role === "user") };
          },
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
  const calls = proposedCalls(messages, turn);
  return new Map(
    await Promise.all(
      calls.map(async (call): Promise<[string, Standing]> => {
        const approvalId = requestIdFor(gate, threadId, call);
        return [call.callId, { approvalId, ...decided(await gate.get(approvalId)) }];
      }),
    ),
  );
}

function decided(request: ApprovalRequest | undefined): Omit<Standing, "approvalId"> {
  if (!request || request.status === "pending") return { approved: undefined, reason: undefined };
  const last = request.decisions.at(-1)?.decision;
  return { approved: request.status === "approved", reason: last?.type === "reject" ? last.message : undefined };
}
