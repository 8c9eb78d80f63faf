import type { ToolLoopAgent, ToolSet } from "ai";

/** Structural: ToolLoopAgent of version 6 and of 7, or whatever else is an agent to the SDK. */
export interface AgentLike {
  readonly id?: string | undefined;
  readonly tools: ToolSet;
  // oxlint-disable typescript/no-explicit-any -- each agent types its options and results by its own tools and output
  generate(options: any): PromiseLike<{ readonly text: string; readonly output: any }>;
  stream(options: any): PromiseLike<any>;
  // oxlint-enable typescript/no-explicit-any
}
type RawOutput<A extends AgentLike> = Awaited<ReturnType<A["generate"]>>["output"];
/** The SDK says never where no output is configured. */
export type OutputOf<A extends AgentLike> = [RawOutput<A>] extends [never] ? string : RawOutput<A>;
export type StreamOf<A extends AgentLike> = Awaited<ReturnType<A["stream"]>>;

/** What a runner itself gives the agent for a run, or what would lead around the gate. */
export const OURS = ["messages", "prompt", "abortSignal", "tools", "toolApproval", "experimental_toolApprovalSecret"] as const;
type Ours = (typeof OURS)[number];

/**
 * What an agent is given for one run besides its messages: call options, contexts, headers, telemetry, callbacks. A
 * ToolLoopAgent takes every setting of a call here, also those that its own types only name for all calls.
 */
export type PerRun<A extends AgentLike> = Omit<Parameters<A["stream"]>[0], Ours | Settable> &
  Partial<Pick<Settings, Settable>> &
  ContextsOf<A>;

type Settings = ConstructorParameters<typeof ToolLoopAgent>[0];
/** Not every version has each. */
type Settable = Extract<keyof Settings, "headers" | "telemetry" | "experimental_telemetry" | "providerOptions" | "experimental_context">;

type StepOf<A extends AgentLike> = Awaited<ReturnType<A["generate"]>> extends { readonly steps: readonly (infer S)[] } ? S : never;
type ContextKey<A extends AgentLike> = [StepOf<A>] extends [never] ? never : Extract<keyof StepOf<A>, "runtimeContext" | "toolsContext">;
/** As the agent's own steps tell them. */
type ContextsOf<A extends AgentLike> = { readonly [K in ContextKey<A>]?: StepOf<A>[K] };
