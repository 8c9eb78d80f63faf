import type { ApprovalErrorData } from "@countersign/ai-sdk";
import { AbstractChat, DefaultChatTransport, type ChatState, type ChatStatus, type UIMessage } from "ai";

/** What `useChat` is made of, without React: the SDK's own chat over HTTP. It sends its last message only. */
export class Page extends AbstractChat<UIMessage> {
  /** What the route told of typed errors, and of clicks that came late. */
  readonly notices: ApprovalErrorData[];
  /** How often the page would have been drawn. */
  readonly draws: () => number;

  constructor(
    url: string,
    id: string,
    user: string,
    init: { messages?: UIMessage[]; sendAutomaticallyWhen?: () => boolean; context?: unknown; onData?: (part: object) => void } = {},
  ) {
    const state = new State(init.messages ?? []);
    const notices: ApprovalErrorData[] = [];
    super({
      id,
      state,
      transport: new DefaultChatTransport({
        api: `${url}/chat`,
        // What a server knows of whoever is signed in.
        headers: { "x-user": user, ...(init.context === undefined ? {} : { "x-context": JSON.stringify(init.context) }) },
        prepareSendMessagesRequest: ({ id: chat, messages }) => ({ body: { id: chat, message: messages.at(-1) } }),
      }),
      onData: (part) => {
        if (part.type === "data-approval-error") notices.push(part.data as ApprovalErrorData);
        init.onData?.(part);
      },
      ...(init.sendAutomaticallyWhen ? { sendAutomaticallyWhen: init.sendAutomaticallyWhen } : {}),
    });
    this.notices = notices;
    this.draws = () => state.draws;
  }

  get codes(): string[] {
    return this.notices.map(({ code }) => code);
  }
}

class State implements ChatState<UIMessage> {
  status: ChatStatus = "ready";
  error: Error | undefined = undefined;
  draws = 0;
  messages: UIMessage[];

  constructor(messages: UIMessage[]) {
    this.messages = messages;
  }
  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
    this.draws++;
  };
  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
    this.draws++;
  };
  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.with(index, structuredClone(message));
    this.draws++;
  };
  snapshot = <T>(thing: T): T => structuredClone(thing);
}
