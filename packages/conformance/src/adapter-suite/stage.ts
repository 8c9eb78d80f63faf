import type { Decision, Gate, JsonObject, Principal } from "@countersign/core";
import type { Capability } from "../contract/harness.ts";
import type { EffectRecord } from "./effects.ts";
import type { Answer, Kill, PendingCall } from "./process/order.ts";

/** How one step differs from the plain one. */
export interface StepOptions {
  /** Default `"thread-1"`. */
  readonly threadId?: string;
  /** The world as the case's `setting(variant)` describes it; default `""`. */
  readonly variant?: string;
  /** This process dies there. */
  readonly kill?: Kill;
  /** Whoever wants the run calls it off as soon as something has happened in it. */
  readonly calledOff?: boolean;
  readonly stream?: boolean;
  /** In the process of the step before, instead of another one: nothing that a process keeps may reach another thread. */
  readonly sameProcess?: boolean;
}

export interface StartOptions extends StepOptions {
  readonly input?: string;
  readonly pending?: "refuse" | "cancel";
  readonly requestedBy?: string;
  /** What is stored of the thread for the policy's conditions and the runner's `context`. */
  readonly context?: JsonObject;
}

export interface DecideOptions extends Pick<StepOptions, "variant" | "kill" | "threadId"> {
  /** Default Alice. */
  readonly by?: Principal;
  /** By a gate with the case's policy; default: one that has none. */
  readonly withPolicy?: boolean;
  /** What the reviewer looked at, if it isn't what is proposed now. */
  readonly digest?: string;
}

/**
 * What a case does things with. Every step happens in another process than the one before, and what it answers is what
 * that process saw.
 */
export interface Stage {
  start(options?: StartOptions): Promise<Answer>;
  resume(options?: StepOptions & { /** Native only: the same answers again. */ readonly again?: boolean }): Promise<Answer>;
  /** In so many processes at the same time, or each `apart` ms after the one before. */
  resumeAtOnce(count: number, options?: StepOptions & { readonly apart?: number }): Promise<readonly Answer[]>;
  /** Again and again until nobody holds the thread any more: a killed process's lease has to run out first. */
  resumeWhenFree(options?: StepOptions): Promise<Answer>;
  decide(call: PendingCall, decision: Decision, options?: DecideOptions): Promise<Answer>;
  /** A worker does what is due and goes. */
  work(options?: StepOptions): Promise<Answer>;
  /** The conversation as the runner gives it now. */
  look(options?: StepOptions): Promise<Answer>;
  /** An existing UI's one answer, by call id; without a principal it goes straight into the framework. */
  answerNatively(answers: Readonly<Record<string, Decision>>, by: Principal | undefined, options?: StepOptions): Promise<Answer>;
  /** What the tools have done to the world so far. */
  effects(): readonly EffectRecord[];
  /** How often a condition that counts itself was evaluated so far. */
  evaluations(): number;
  /** Has the harness declared this? For cases that only differ by it. */
  declares(capability: Capability): boolean;
  /** The store, looked at from outside: a gate that only decides. @throws Error for a framework's own approvals */
  readonly gate: Gate;
}
