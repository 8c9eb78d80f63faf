import type { ToolSet } from "ai";

/** Structural: ToolLoopAgent of version 6 and of 7, or whatever else is an agent to the SDK. */
export interface AgentLike {
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
