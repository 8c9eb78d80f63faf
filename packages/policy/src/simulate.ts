import { quorumOf, type Policy, type Verdict } from "@countersign/core";
import { rulesFor, type CompiledPolicy } from "@countersign/core/policy";
import type { ExplainedCall } from "./explain.ts";
import { speaksOf } from "./file/scope.ts";
import { internalsOf } from "./internals.ts";

/** A call of the past, and what was made of it then. */
export interface SimulatedCall extends ExplainedCall {
  /** Of its request, if it has one. */
  readonly id?: string | undefined;
  /** What became of it. `allowed`: the policy asked nobody; `granted`: a remembered decision let it through. */
  readonly was: "allowed" | "granted" | "approved" | "edited" | "rejected" | "expired" | "cancelled" | "pending";
  /** Signatures that people gave. Default 0. */
  readonly signatures?: number | undefined;
  /** How many calls it stands for, if it was sampled. Default 1. */
  readonly weight?: number | undefined;
}

/** What the policy that is tried would have said of it. */
export type Told = Verdict["type"];
export type Counted = { readonly [W in SimulatedCall["was"]]: { readonly [T in Told]: number } };

/** A call on which a person and the policy that is tried are not of one mind. */
export interface Expectation {
  readonly call: SimulatedCall;
  readonly verdict: Verdict;
}

export interface Simulation {
  /** Calls, weighted. */
  readonly calls: number;
  /** By what became of them, and what would have been said. */
  readonly counts: Counted;
  /** What people gave, what they would have to give, and the difference. Calls that were sampled count by their weight. */
  readonly signatures: { readonly given: number; readonly needed: number; readonly saved: number };
  /** A person said no, and the policy would have let it run. */
  readonly letThrough: readonly Expectation[];
  /** A person changed the arguments, and the policy would have let those of the model run. */
  readonly unedited: readonly Expectation[];
  /** A person said yes, and the policy would have refused. */
  readonly refused: readonly Expectation[];
}

export interface Simulator {
  /** Does the verdict depend on what ran in the thread before? Then the call needs its `history`. */
  countsHistory(call: ExplainedCall): boolean;
  add(call: SimulatedCall): Verdict;
  /** Of all calls so far. */
  result(): Simulation;
}

const WAS = ["allowed", "granted", "approved", "edited", "rejected", "expired", "cancelled", "pending"] as const;

/**
 * Tries a policy on calls of the past.
 * @example
 * const simulator = simulate(loadPolicy(text));
 * for (const call of calls) simulator.add(call);
 * simulator.result().signatures.saved
 * @throws SETUP for a policy that is none
 */
export function simulate(policy: Policy): Simulator {
  const internals = internalsOf(policy);
  const counts = Object.fromEntries(WAS.map((was) => [was, { allow: 0, ask: 0, deny: 0, invalid: 0 }])) as Record<
    SimulatedCall["was"],
    Record<Told, number>
  >;
  const letThrough: Expectation[] = [];
  const unedited: Expectation[] = [];
  const refused: Expectation[] = [];
  let calls = 0;
  let given = 0;
  let needed = 0;

  return {
    countsHistory: (call) => countsHistory(internals.versionFor(call), call),
    add(call) {
      const { was, weight = 1, signatures = 0 } = call;
      const { verdict } = internals.judge({ ...call, threadId: call.threadId ?? "", agent: call.agent ?? "" });
      calls += weight;
      counts[was][verdict.type] += weight;
      given += signatures * weight;
      needed += signaturesFor(call, verdict) * weight;
      const found = { call, verdict };
      if (was === "rejected" && verdict.type === "allow") letThrough.push(found);
      if (was === "edited" && verdict.type === "allow") unedited.push(found);
      if ((was === "approved" || was === "edited") && (verdict.type === "deny" || verdict.type === "invalid")) refused.push(found);
      return verdict;
    },
    result: () => ({ calls, counts, signatures: { given, needed, saved: given - needed }, letThrough, unedited, refused }),
  };
}

function countsHistory(version: CompiledPolicy, call: ExplainedCall): boolean {
  const address = call.namespace === undefined ? call.tool : `${call.namespace}/${call.tool}`;
  const rails = version.layers.flatMap((layer) => layer.rails);
  return (
    rulesFor(version, call).some(({ history }) => history) ||
    rails.some(({ history, tools }) => history && (tools?.some((name) => speaksOf(name, address)) ?? true))
  );
}

/** A call that was not signed, though somebody was asked, would be treated the same: what was given then is given again. */
function signaturesFor({ was, signatures = 0 }: SimulatedCall, verdict: Verdict): number {
  if (verdict.type !== "ask") return 0;
  const signed = was === "allowed" || was === "granted" || was === "approved" || was === "edited";
  return signed ? quorumOf(verdict.terms) : signatures;
}
