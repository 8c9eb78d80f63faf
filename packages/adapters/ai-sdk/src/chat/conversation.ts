import type { Gate, Principal, StreamedRun } from "@countersign/core";
import type { UIMessage } from "ai";
import type { Said } from "../saved.ts";
import type { RunOptions } from "./said.ts";

/** What a chat does with its thread. */
export interface Conversation {
  readonly gate: Gate;
  readonly threadId: string;
  readonly by: Principal;
  readonly signal: AbortSignal | undefined;
  /** `pending`: what to do with calls that wait. */
  readonly start: (said: Said, pending: "refuse" | "cancel", options: RunOptions) => Promise<StreamedRun<unknown, unknown>>;
  readonly resume: (options?: RunOptions) => Promise<StreamedRun<unknown, unknown>>;
  /** What the conversation has of this message. `kept`: it waits to be told. `other`: it said something else. */
  readonly known: (said: Said) => Promise<{ readonly is: "same" | "other" | undefined; readonly kept: boolean }>;
  /** For the model, once what waits has run. False: nothing waits. */
  readonly keep: (said: Said) => Promise<boolean>;
  /** The answer to what the user says now, perhaps in the place of something else, or has said last: as far as it stands. */
  readonly answerTo: (said?: Said) => Promise<UIMessage>;
  /** As it is saved. */
  readonly messages: () => Promise<readonly UIMessage[]>;
}
