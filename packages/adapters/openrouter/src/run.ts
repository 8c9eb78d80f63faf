import type { CountersignError, Gate, ThreadRef } from "@countersign/core";
import { openThread, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { HooksManager, ParsedToolCall, Tool, TurnContext } from "@openrouter/agent";
import { FRAMEWORK, type Saved } from "./saved.ts";
import { itemsOf, lastTurn, type Turn } from "./turn.ts";

/** What an application's own predicate for all calls is asked. */
export type AsksItself = (call: ParsedToolCall<Tool>, context: TurnContext) => unknown;

/** One run of the SDK on one thread, as far as the gate is concerned. The SDK keeps no async context: tools are bound to it. */
export interface Run {
  readonly gate: Gate;
  readonly thread: Thread;
  /** As they were before they were gated. */
  readonly tools: readonly Tool[];
  readonly asksItself: AsksItself | undefined;
  /** The application's, as far as they are known: for calls that run before the SDK does. */
  readonly hooks?: HooksManager | undefined;
  /** What people were asked about before, in a conversation that the application keeps. */
  asked?: readonly ProposedCall[] | undefined;
  /** The conversation as the SDK last saved it. Undefined: the application keeps it, unseen. */
  saved: Saved | undefined;
  /** What this run has found out about the turn that the model has just made. */
  round: Round;
  /** Makes `saved` durable before something runs that was decided at once: a crash must not have it proposed again. */
  keep(saved: Saved): Promise<void>;
  /** An error that must leave the SDK, which would make tool text of it. */
  leaving?: CountersignError | undefined;
}

export interface Round {
  readonly turn: Turn | undefined;
  /** Must somebody be asked first? Found out once per call. */
  readonly waits: Map<string, Promise<boolean>>;
  /** The calls that may run, by their arguments: the SDK doesn't tell a tool which call it runs. */
  readonly cleared: Cleared[];
  /** Of a conversation that isn't seen here: what the policy alone lets pass, by tool and arguments, as often as it comes. */
  readonly passed: Map<string, Cleared>;
  /** Those of them that have run and are on record: something around a tool may call it again, and then gets the recorded result. */
  readonly spent: Cleared[];
  /** The calls that reached their tool although they wait: what the SDK takes for their outputs is none. */
  readonly turnedAway: Set<string>;
  /** The calls that an error kept from running which ends the run: what the SDK takes for their outputs is none either. */
  readonly broken: Set<string>;
  /** The calls whose tool said that it waits for an answer from outside. */
  readonly outside: Set<string>;
}

export interface Cleared {
  readonly callId: string;
  readonly tool: string;
  readonly args: unknown;
  /** What the tool gets to see. */
  readonly parsed: unknown;
  /** Set where something is recorded of the call. */
  readonly recorded: ProposedCall | undefined;
}

type Given = Pick<Run, "gate" | "thread" | "tools" | "asksItself" | "hooks" | "keep">;

/** Without a conversation: the application keeps it, unless one is put in its place. */
export function newRun(given: Given): Run {
  return { ...given, saved: undefined, round: newRound(undefined) };
}

/** The conversation that the SDK goes on with. */
export function place(run: Run, saved: Saved): void {
  run.saved = saved;
  run.round = newRound(saved);
}

export function newRound(saved: Saved | undefined): Round {
  const turn = saved && lastTurn(itemsOf(saved.state.messages));
  return {
    turn,
    waits: new Map(),
    cleared: [],
    passed: new Map(),
    spent: [],
    turnedAway: new Set(),
    broken: new Set(),
    outside: new Set(),
  };
}

export function threadOf(gate: Gate, { threadId, requestedBy, context }: ThreadRef): Thread {
  return openThread(gate, { threadId, requestedBy, context, framework: FRAMEWORK });
}
