import type { Gate, Principal, StreamedRun } from "@countersign/core";
import type { UIMessage } from "ai";
import type { Said } from "../saved.ts";

/** What a chat does with its thread. */
export interface Conversation {
  readonly gate: Gate;
  readonly threadId: string;
  readonly by: Principal;
  readonly signal: AbortSignal | undefined;
  readonly start: (said: Said) => Promise<StreamedRun<unknown, unknown>>;
  /** `answered`: what tools of the browser answered, by call id. */
  readonly resume: (answered?: Readonly<Record<string, unknown>>) => Promise<StreamedRun<unknown, unknown>>;
  readonly hasHeard: (said: Said) => Promise<boolean>;
  /** For the model, once what waits has run. False: nothing waits. */
  readonly keep: (said: Said) => Promise<boolean>;
  /** The id of the answer to what the user says next. */
  readonly nextAnswer: () => Promise<string>;
  /** As it is saved. */
  readonly messages: () => Promise<readonly UIMessage[]>;
}
