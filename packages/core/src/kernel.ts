import type { AllowedCall, InvalidCall } from "./contract/call.ts";
import type { ResolvedTimings } from "./contract/defaults.ts";
import type { Gate } from "./contract/gate.ts";
import type { Reviewer } from "./contract/reviewer.ts";
import { CountersignError } from "./errors/error.ts";
import { shown } from "./errors/shown.ts";
import type { FreezeWatch } from "./ledger/freeze-watch.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { RequestLimits } from "./ledger/limits.ts";
import type { PolicyInternals } from "./policy/policy.ts";

/** What the moves work with: one gate's store, policy and clock. */
export interface Kernel {
  readonly ledger: Ledger;
  readonly freezes: FreezeWatch;
  readonly policy: PolicyInternals | undefined;
  /** Of the calls that no runner makes. */
  readonly agent: string | undefined;
  readonly limits: RequestLimits;
  /** Calls that this process has recorded as approved by its policy or by a grant, and has not seen the end of. */
  readonly vouched: Set<string>;
  readonly timings: ResolvedTimings;
  /** This process's clock, Unix ms: for leases that it holds itself. */
  readonly clock: () => number;
  readonly onAllowed: ((call: AllowedCall) => void) | undefined;
  readonly onInvalid: ((call: InvalidCall) => void) | undefined;
  readonly warn: (message: string) => void;
}

/** That of a gate that can ask: it has a policy. */
export type GatingKernel = Kernel & { readonly policy: NonNullable<Kernel["policy"]> };

/** What stands behind a gate. */
export interface GateInternals {
  readonly kernel: Kernel;
  readonly reviewer: Reviewer | undefined;
}
export type GatingInternals = GateInternals & { readonly kernel: GatingKernel };
const INTERNALS = Symbol.for("countersign.gate");

export function withInternals<G extends object>(gate: G, internals: GateInternals): G {
  return { ...gate, [INTERNALS]: internals };
}

/** @throws SETUP for anything that createGate didn't make */
export function internalsOf(gate: Gate): GateInternals {
  const internals = (gate as { [INTERNALS]?: GateInternals } | undefined)?.[INTERNALS];
  if (!internals)
    throw new CountersignError("SETUP", {
      hint: `Expected a gate, got ${shown(gate)}. Pass what createGate returns: createGate({ policy, store }).`,
    });
  return internals;
}

/** @throws SETUP if the gate only decides */
export function gatingInternalsOf(gate: Gate): GatingInternals {
  const internals = internalsOf(gate);
  const { policy } = internals.kernel;
  if (!policy)
    throw new CountersignError("SETUP", {
      hint: "This gate has no policy, so it can only decide. To gate tools, pass a policy: createGate({ policy, store }).",
    });
  return { ...internals, kernel: { ...internals.kernel, policy } };
}
