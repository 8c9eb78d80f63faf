import type { Gate, JsonObject } from "@countersign/core";
import type { ProposedCall, Thread } from "@countersign/core/adapter";
import type { Flaw } from "./flaw.ts";
import type { NativeAnswers, State, ToolCall } from "./framework.ts";

/** One advance: what it goes by, and what it must not go by. */
export interface Advancing {
  readonly thread: Thread;
  readonly gate: Gate;
  /** The whole conversation, also for a nested agent: what is saved. */
  readonly root: State;
  readonly answers: NativeAnswers;
  readonly signal: AbortSignal;
  /** What the framework is given anew for each run. */
  readonly perRun: JsonObject | undefined;
  readonly flaw: Flaw | undefined;
  readonly resumed: boolean;
  readonly streams: boolean;
}
/** What came of one call, as far as the conversation is concerned. */
export type Outcome =
  | { readonly pause: readonly ProposedCall[] }
  | {
      readonly text: string;
      readonly stops?: boolean;
      readonly refused?: boolean;
      readonly ranWith?: ToolCall["args"];
      readonly approves?: boolean;
    };
