import type { Decision, JsonObject, Usage } from "@countersign/core";
import type { ParseArgs } from "@countersign/core/adapter";

/** A framework of a loop, a model, tools and nested agents: nothing in it knows of signatures. */
export interface Message {
  readonly role: "user" | "model" | "tool";
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
  /** Of the call that this answers. */
  readonly id?: string;
  /** May the provider run this call of its own? The only answer that it takes to one. */
  readonly approves?: boolean;
  /** Of the request that this answers. */
  readonly usage?: Usage;
}
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
}
export interface Agent {
  model(messages: readonly Message[]): Promise<Message>;
  /** `perRun`: what the run was given. */
  readonly tools: Readonly<Record<string, (args: JsonObject, perRun?: JsonObject) => unknown>>;
  /** How it reads what a model wrote, by tool. */
  readonly schemas: Readonly<Record<string, ParseArgs>>;
  readonly agents: Readonly<Record<string, Agent>>;
  /** Tools that the framework runs by itself: the adapter has no hand in it. */
  readonly own?: Agent["tools"];
  /** Tools that the model's provider runs. */
  readonly hosted?: readonly string[];
  /** The framework's own look at a tool's arguments: why it doesn't run. */
  readonly check?: ((args: JsonObject) => string | undefined) | undefined;
  /** Its last answer is a value. */
  readonly structured?: boolean;
  /** In ms, by tool: the framework waits no longer for it. */
  readonly timeouts: Readonly<Record<string, number>>;
  /** An application gated each tool by two ways. */
  readonly gatedTwice?: boolean | undefined;
  /** What an application put around the tools, within the framework. */
  readonly around?: ((args: JsonObject, run: (args: JsonObject) => Promise<unknown>) => Promise<unknown>) | undefined;
}
/** What an existing user interface of this framework sends: decisions by call id. Whoever can reach it can send it. */
export type NativeAnswers = Readonly<Record<string, Decision>>;

/** A conversation, and those of the agents that its open calls have begun. */
export interface State {
  readonly messages: Message[];
  readonly nested: Record<string, State>;
  /** Since the last input. */
  usage?: Usage | undefined;
}

export const emptyState = (): State => ({ messages: [], nested: {} });

export function stateOf(data: unknown): State {
  return structuredClone(data as State);
}
