import type { Freeze } from "../contract/freeze.ts";
import { CountersignError } from "../errors/error.ts";
import { readFreezes } from "../ledger/freezes.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { addressOf, ruleName } from "./names.ts";

interface Call {
  readonly namespace?: string | undefined;
  readonly tool: string;
  readonly agent: string;
}

/** How long what was read holds for calls that the policy allows, in ms. They do no other I/O. */
const FRESH = 1_000;

interface Reading {
  /** By this process's clock, Unix ms. */
  readonly since: number;
  /** Until it is answered, and if it fails: what was known before. */
  known: readonly Freeze[];
  under: Promise<void> | undefined;
}

/** Stops what is frozen. Claims ask the store each time; allowed calls go by what was read within the last second. */
export class Brake {
  readonly #ledger: Ledger;
  readonly #clock: () => number;
  #last: Reading = { since: -Infinity, known: [], under: undefined };

  constructor(ledger: Ledger, clock: () => number) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** This process has just changed what is frozen. */
  forget(): void {
    this.#last = { since: -Infinity, known: this.#last.known, under: undefined };
  }

  /** Undefined: it may, and nothing had to be read for it. @throws FROZEN */
  mayRun(call: Call): Promise<void> | undefined {
    // A clock that was put back says nothing about how old it is.
    const age = this.#clock() - this.#last.since;
    if (!(age >= 0 && age < FRESH)) this.#last = this.#read();
    const reading = this.#last;
    return reading.under ? reading.under.then(() => refuseFrozen(reading.known, call)) : refuseFrozen(reading.known, call);
  }

  /** An allowed call needs no store, and one that is away shall not stop it: then what was known stays in force. */
  #read(): Reading {
    const reading: Reading = { since: this.#clock(), known: this.#last.known, under: undefined };
    reading.under = readFreezes(this.#ledger)
      .then(({ inForce }) => void (reading.known = inForce))
      .catch(() => {})
      .finally(() => (reading.under = undefined));
    return reading;
  }
}

/** @throws FROZEN */
export function refuseFrozen(inForce: readonly Freeze[], call: Call): undefined {
  const frozen = inForce.find((freeze) => isStopped(freeze, call));
  if (frozen) throw new CountersignError("FROZEN", { id: frozen.id, by: frozen.by, reason: frozen.reason, tool: call.tool });
  return undefined;
}

function isStopped({ tool, agent }: Freeze, call: Call): boolean {
  if (agent !== undefined && agent !== call.agent) return false;
  if (tool === undefined) return true;
  const name = ruleName(tool);
  return name.matches(addressOf(call)) || name.matches(call.tool);
}
