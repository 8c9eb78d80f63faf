import type { Freeze, FreezeScope } from "../contract/freeze.ts";
import { CountersignError } from "../errors/error.ts";
import { addressOf, ruleName } from "../policy/names.ts";
import { demandFreezes, readFreezes, type Freezes, type InForce } from "./freezes.ts";
import type { Ledger } from "./ledger.ts";

interface Call {
  readonly namespace?: string | undefined;
  readonly tool: string;
  readonly agent: string;
}

/** How often a process looks at what is frozen while calls run that the policy allows, in ms… */
const EVERY = 1_000;
/** …and for how long after the last one. */
const WATCH = 60_000;

/**
 * Stops what is frozen. Claims ask the store each time. Allowed calls do no I/O: runs look when they begin and go on, and
 * as long as allowed calls keep coming, the process looks again and again beside them.
 */
export class FreezeWatch {
  readonly #ledger: Ledger;
  /** By the last look. Its fence only goes up, unless a backup was restored. */
  #known: InForce | undefined;
  /** Allowed calls since the process last looked. */
  #calls = 0;
  #idle = 0;
  readonly #beginning = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** May a call run that the policy allows? By what is known. @throws FROZEN */
  demand(call: Call): void {
    this.#calls++;
    if (!this.#timer) this.#timer = this.#wait();
    this.refuse(call);
  }

  /** The look that the run of this thread began with, while it is under way: its allowed calls wait for it. */
  beginning(threadId: string): Promise<void> | undefined {
    return this.#beginning.get(threadId);
  }

  /** A run begins, and looks beside: what is signed asks the store anyway. */
  begin(threadId: string): void {
    const looking = this.look().then(() => {
      if (this.#beginning.get(threadId) === looking) this.#beginning.delete(threadId);
    });
    this.#beginning.set(threadId, looking);
  }

  /** Is this call frozen by what is known? @throws FROZEN */
  refuse(call: Call): void {
    refuseFrozen(this.#known?.inForce ?? [], call);
  }

  /**
   * The fence that a claim of this call has to require: by what is known, without a read. The claim finds out if something
   * was frozen since.
   * @throws FROZEN, STORE_UNAVAILABLE
   */
  async fenceFor(call: Call): Promise<number> {
    const known = this.#known ?? (await this.read());
    // What stops it may have been lifted since.
    const { inForce, fence } = known.inForce.some((freeze) => isStopped(freeze, call)) ? await this.read() : known;
    refuseFrozen(inForce, call);
    return fence;
  }

  /** What is in force. A look that took long may bring what is past. */
  learn(found: InForce): void {
    if (!this.#known || found.fence >= this.#known.fence) this.#known = found;
  }

  /** Looks at what is in force. @throws STORE_UNAVAILABLE */
  async read(): Promise<InForce> {
    const before = this.#known;
    return this.#found(before, await demandFreezes(this.#ledger));
  }

  /** The same beside something else. An allowed call needs no store, and one that is away shall not stop it: then what was known holds. */
  async look(): Promise<void> {
    const before = this.#known;
    const found = await readFreezes(this.#ledger).catch(() => undefined);
    if (found) this.#found(before, found);
  }

  /** What was known before a look began can't be newer than it: what it finds is older only if a backup was restored. */
  #found(before: InForce | undefined, { inForce, record }: Freezes): InForce {
    const found = { inForce, fence: record.fence };
    if (this.#known === before) this.#known = found;
    else this.learn(found);
    return found;
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(() => void this.#lookAgain(), EVERY).unref();
  }

  async #lookAgain(): Promise<void> {
    this.#idle = this.#calls > 0 ? 0 : this.#idle + EVERY;
    this.#calls = 0;
    await this.look();
    this.#timer = this.#idle < WATCH ? this.#wait() : undefined;
  }
}

/** @throws FROZEN */
function refuseFrozen(inForce: readonly Freeze[], call: Call): void {
  const frozen = inForce.find((freeze) => isStopped(freeze, call));
  if (frozen) throw new CountersignError("FROZEN", { id: frozen.id, by: frozen.by, reason: frozen.reason, tool: call.tool });
}

/**
 * Does a freeze of this scope stop this call?
 * @example const stopped = pending.filter((request) => isStopped({ tool: "billing/*" }, request))
 */
export function isStopped({ tool, agent }: FreezeScope, call: Call): boolean {
  if (agent !== undefined && agent !== call.agent) return false;
  if (tool === undefined) return true;
  const name = ruleName(tool);
  return name.matches(addressOf(call)) || name.matches(call.tool);
}
