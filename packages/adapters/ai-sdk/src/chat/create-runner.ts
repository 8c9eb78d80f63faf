import type { AgentRunner } from "@countersign/core";
import type { GateIn } from "@countersign/core/adapter";
import { agentRunner, type AgentLike, type Input, type OutputOf, type StreamOf } from "../resume.ts";

/** What drives an agent on durable threads. */
export interface ChatRunner<A extends AgentLike, C> extends AgentRunner<Input, OutputOf<A>, StreamOf<A>, C> {}

export function createRunner<C, A extends AgentLike>(gate: GateIn<C>, agent: A, options: { name: string }): ChatRunner<A, C> {
  return agentRunner<C, A>(gate, agent, options.name);
}
