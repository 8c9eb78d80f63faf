import type { AgentRunner, Gate } from "@countersign/core";
import { amendRun, demandOptions, savedRun, type GateIn, type SavedRun } from "@countersign/core/adapter";
import type { ModelMessage, ToolSet, UIDataTypes, UIMessage } from "ai";
import type { AgentLike, OutputOf, StreamOf } from "../agent-like.ts";
import { fromContinuation, newConversation, toContinuation, type Saved } from "../saved.ts";
import type { ChatMessage } from "./chat-message.ts";
import type { Conversation } from "./conversation.ts";
import type { ChatRequest, ResponseOptions } from "./options.ts";
import { respondTo } from "./respond.ts";
import { hasHeard, isKept, isSaid, keep, known, withInput, withKept, type Input, type RunOptions } from "./said.ts";
import { standingsIn } from "./standings.ts";
import { taking } from "./takes.ts";
import { answerIn, uiMessagesOf } from "./ui-messages.ts";

type Driven<A extends AgentLike, C> = AgentRunner<string | ModelMessage[], OutputOf<A>, StreamOf<A>, C, {}, ChatMessage<A>[]>;

/** A runner whose conversations are chats: it keeps the messages, the pages load them. */
export interface ChatRunner<A extends AgentLike, C> extends Driven<A, C> {
  /**
   * The whole `useChat` route: takes the client's one message, a text or a click on an approval, and never its history.
   * It decides in the name of `by`, goes on, streams and saves; the page then shows what is saved, whoever did it. A text
   * that comes while calls wait is kept with them, and told to the model once they are decided and have run. Sent again
   * under the same id it is no other one; with another text, it replaces the one before, and the conversation goes on from
   * there. A click on what was decided meanwhile changes nothing. What goes wrong arrives in the page as the chat's error,
   * such as THREAD_BUSY while another answer is being made, or THREAD_SUSPENDED for a text of somebody else than whoever
   * asked.
   * @throws SETUP for an option that there isn't: what came in the body of a request is not an option
   */
  respond<METADATA = unknown, DATA extends UIDataTypes = {}>(
    chat: ChatRequest & ResponseOptions<ChatMessage<A, METADATA, DATA>, OutputOf<A>> & (unknown extends C ? {} : { context: C }),
  ): Promise<Response>;
  /** The conversation, with what the user said last, for a page that opens or looks again. Empty for a thread that nobody has seen. */
  messages<METADATA = unknown, DATA extends UIDataTypes = {}>(threadId: string): Promise<ChatMessage<A, METADATA, DATA>[]>;
}

const OPTIONS: readonly string[] = [
  ...(["threadId", "message", "by", "signal"] satisfies readonly (keyof ChatRequest)[]),
  ...(["messageMetadata", "execute", "onFinish", "headers", "status"] satisfies readonly (keyof ResponseOptions)[]),
  "context",
];

/** Makes a runner of chats of one that drives the agent. */
export function chatRunner<C, A extends AgentLike>(
  gate: GateIn<C>,
  agent: A,
  runner: AgentRunner<Input, OutputOf<A>, StreamOf<A>, C, RunOptions, UIMessage[]>,
): ChatRunner<A, C> {
  const load = async (threadId: string): Promise<Saved> =>
    fromContinuation((await savedRun(gate, threadId)).continuation) ?? newConversation(threadId);
  const shown = (threadId: string, saved: Saved): Promise<UIMessage[]> => shownOf(gate, agent.tools, threadId, saved);

  function conversationOf({ threadId, by, signal }: ChatRequest, given: object): Conversation {
    return {
      gate,
      threadId,
      by,
      signal,
      start(said, pending, options) {
        const whole = { signal, requestedBy: by, pending, ...options, ...given } as never;
        return runner.stream(threadId, said, whole);
      },
      resume: (options) => runner.resumeStream(threadId, { signal, ...options }),
      async known(said) {
        const saved = await load(threadId);
        return { is: known(saved, said), kept: isKept(saved, said) };
      },
      keep: (said) =>
        amendRun(gate, threadId, by, (continuation) => {
          const saved = fromContinuation(continuation) ?? newConversation(threadId);
          return hasHeard(saved, said) ? undefined : toContinuation(keep(saved, said));
        }),
      async answerTo(said) {
        const saved = await load(threadId);
        const whole = said ? withInput(withKept(saved), said) : withKept(saved);
        return answerIn(whole, await shown(threadId, whole));
      },
      messages: async () => shown(threadId, withKept(await load(threadId))),
    };
  }

  return {
    ...(runner as unknown as Driven<A, C> & { messages(threadId: string): Promise<never> }),
    async respond(chat) {
      // Whatever else came with the body of a request could say whose run it is.
      demandOptions(chat, OPTIONS, "respond({ threadId, message, by })");
      const { threadId, message, by, signal, context, messageMetadata, execute, onFinish, headers, status } = chat as typeof chat & {
        readonly context?: unknown;
      };
      const options = { messageMetadata, execute, onFinish, headers, status } as ResponseOptions;
      return respondTo(conversationOf({ threadId, message, by, signal }, context === undefined ? {} : { context }), message, options);
    },
  };
}

/** The conversation as pages show it. */
export async function chatMessages(gate: Gate, tools: ToolSet, threadId: string, { continuation, input }: SavedRun): Promise<UIMessage[]> {
  const saved = withKept(fromContinuation(continuation) ?? newConversation(threadId));
  const isIn = input === undefined || (isSaid(input) && hasHeard(saved, input));
  return shownOf(gate, tools, threadId, isIn ? saved : withInput(saved, input as Input));
}

async function shownOf(gate: Gate, tools: ToolSet, threadId: string, saved: Saved): Promise<UIMessage[]> {
  const { denials } = await taking();
  return uiMessagesOf(denials ? saved : { ...saved, denied: {} }, tools, await standingsIn(gate, threadId, saved));
}
