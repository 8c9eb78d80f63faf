import { AbstractChat, DefaultChatTransport, type ChatState, type ChatStatus, type UIMessage } from "ai";

/** What `useChat` is made of, without React: the SDK's own chat over HTTP. It sends its last message only. */
export class Page extends AbstractChat<UIMessage> {
  /** Codes of typed errors that the route told. */
  readonly codes: string[];
  /** How often the page would have been drawn. */
  readonly draws: () => number;

  constructor(
    url: string,
    id: string,
    user: string,
    init: { messages?: UIMessage[]; sendAutomaticallyWhen?: () => boolean; context?: unknown } = {},
  ) {
    const state = new State(init.messages ?? []);
    const codes: string[] = [];
    super({
      id,
      state,
      transport: new DefaultChatTransport({
        api: `${url}/chat`,
        // What a server knows of whoever is signed in.
        headers: { "x-user": user, ...(init.context === undefined ? {} : { "x-context": JSON.stringify(init.context) }) },
        prepareSendMessagesRequest: ({ id: chat, messages }) => ({ body: { id: chat, message: messages.at(-1) } }),
      }),
      onData: ({ type, data }) => {
        if (type === "data-countersign") codes.push((data as { code: string }).code);
      },
      ...(init.sendAutomaticallyWhen ? { sendAutomaticallyWhen: init.sendAutomaticallyWhen } : {}),
    });
    this.codes = codes;
    this.draws = () => state.draws;
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
