import type { AllowedCall } from "../contract/call.ts";
import type { Timings } from "../contract/defaults.ts";
import type { Floodgate } from "../ledger/floodgate.ts";
import type { Brake } from "./brake.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { PolicyInternals } from "./policy.ts";

/** What the moves work with: one gate's store, policy and clock. */
export interface Kernel {
  readonly ledger: Ledger;
  readonly brake: Brake;
  readonly policy: PolicyInternals | undefined;
  readonly floodgate: Floodgate;
  readonly timings: Timings;
  /** This process's clock, Unix ms: for leases that it holds itself. */
  readonly clock: () => number;
  readonly onAllowed: ((call: AllowedCall) => void) | undefined;
  readonly warn: (message: string) => void;
}
