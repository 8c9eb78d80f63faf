import type { Principal, RunOutcome } from "@countersign/core";
import type { TextStreamPart, ToolSet, UIMessage } from "ai";

/** What a page sends, and who is signed in there. */
export interface ChatRequest {
  readonly threadId: string;
  /** The page's last message. */
  readonly message: UIMessage;
  readonly by: Principal;
  /** Whose abort stops the run. Without it a run goes on when its page is closed. */
  readonly signal?: AbortSignal | undefined;
}

/** What the route adds to the answer, in the SDK's own words. */
export interface ResponseOptions<MESSAGE extends UIMessage = UIMessage, OUTPUT = unknown> {
  /** Of the SDK's `toUIMessageStream`, asked for each part of the agent's stream. It is kept with the message. */
  readonly messageMetadata?: ((options: { readonly part: TextStreamPart<ToolSet> }) => MESSAGE["metadata"] | undefined) | undefined;
  /**
   * Of the SDK's `createUIMessageStream`, beside the run: writes data parts of the application's own into the answer. Those
   * that are written before the run rests are kept with the message, unless they are transient. The answer ends when it is
   * done as well.
   */
  readonly execute?: ((options: { readonly writer: DataWriter }) => void | PromiseLike<void>) | undefined;
  /** Once, at the end, however it came. */
  readonly onFinish?: ((finished: Finish<MESSAGE, OUTPUT>) => void | PromiseLike<void>) | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  readonly status?: number | undefined;
}

export interface DataWriter {
  write(part: DataPart): void;
}

export interface DataPart {
  readonly type: `data-${string}`;
  /** Written again with the same id, it takes the place of the one before. */
  readonly id?: string;
  readonly data: unknown;
  /** For the page's `onData` alone. */
  readonly transient?: boolean;
}

export interface Finish<MESSAGE extends UIMessage, OUTPUT> {
  /** As they are saved. */
  readonly messages: MESSAGE[];
  /** The one among them that this was the answer to. Undefined: nothing of it was saved. */
  readonly responseMessage: MESSAGE | undefined;
  /** Was an answer gone on with that the page had begun to show? */
  readonly isContinuation: boolean;
  readonly isAborted: boolean;
  /** Undefined: an error came of it, which the page was told. */
  readonly outcome: RunOutcome<OUTPUT> | undefined;
}
