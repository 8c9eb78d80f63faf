import { CLOCK_LAG } from "@countersign/core/store";

/** How long the server isn't asked again, in ms. */
const LASTS = 1_000;
/** A round trip that took longer tells the time too vaguely, in ms: drift and rounding take the rest of what is promised. */
const ROUND_TRIP = CLOCK_LAG - 5;
/** How far two clocks of this machine may seem apart, in ms: one of them tells whole ones. */
const APART = 3;
/** How much faster than the server's our clock may go. NTP corrects a clock by half of that at most. */
const DRIFT = 0.001;

/** A moment, by both clocks of this machine. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * The server's clock, told from its last answer and the time since then, so that `now()` rarely takes a round trip.
 *
 * The server looked at its clock after the statement was sent and before its answer was processed. What has passed since
 * the latter is added, so the result is never ahead of the server's clock, and behind it by the round trip at the most. A
 * round trip that took too long doesn't count, whether it was the network, a lock, a paused process or a full event loop.
 * A machine that slept stops the one clock, and whoever sets the time moves the other: if the two disagree, the server is
 * asked. Another server has another clock: what was told before a connection was lost is forgotten, and so is an answer
 * that comes in later. A pooler that changes servers unheard can make the result wrong by the difference of the two
 * servers' clocks, as a server that sets its clock back can, until the next answer and for a second at the most.
 */
export class ServerClock {
  #told: { readonly server: number; readonly at: Moment } | undefined;
  #lost = -Infinity;

  /** Unix ms. Undefined: ask the server. */
  now(): number | undefined {
    const passed = this.#told && since(this.#told.at);
    return this.#told && passed !== undefined && passed <= LASTS ? Math.floor(this.#told.server + passed * (1 - DRIFT)) : undefined;
  }

  /** `server`: Unix ms, of an answer that has just been processed. `sent`: before its statement was. */
  tell(server: number, sent: Moment): void {
    const at = moment();
    const took = since(sent);
    if (took !== undefined && took <= ROUND_TRIP && sent.monotonic > this.#lost) this.#told = { server, at };
  }

  /** The next connection may be another server's. */
  forget(): void {
    this.#told = undefined;
    this.#lost = performance.now();
  }
}

export function moment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** In ms. Undefined: the clocks disagree. */
function since({ monotonic, wall }: Moment): number | undefined {
  const passed = performance.now() - monotonic;
  return Math.abs(Date.now() - wall - passed) <= APART ? passed : undefined;
}
