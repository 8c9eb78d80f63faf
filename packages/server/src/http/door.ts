import type { Gate, Principal } from "@countersign/core";
import { callerOf } from "../access/authenticate.ts";
import type { Authenticate, Caller } from "../access/caller.ts";
import { demandSamePerson } from "../access/same-person.ts";
import { rightsOf, type Officers } from "../access/rights.ts";
import type { Streams } from "../live/streams.ts";
import { addressKey } from "./address-key.ts";
import { tell, type OnError } from "./answer-problem.ts";
import type { Context, Visit } from "./endpoint.ts";
import { HttpError } from "./problem.ts";
import { RateLimit } from "./rate-limit.ts";

export interface DoorOptions {
  readonly ways: readonly Authenticate[];
  readonly officers: Officers;
  readonly gateOf: (by: Principal) => Gate;
  readonly streams: Streams;
  readonly onError: OnError;
  /** Requests of a caller, and failures of an address, each a minute. */
  readonly limits: { readonly requests: number; readonly failures: number };
}

/**
 * Finds out who calls, and stops those who call or guess too often. It comes before the body is read and anything is looked
 * up for the request, so that a stranger makes the server do no more than this.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #requests: RateLimit;
  readonly #failures: RateLimit;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#requests = new RateLimit(options.limits.requests);
    this.#failures = new RateLimit(options.limits.failures);
  }

  /** @throws HttpError UNAUTHENTICATED, RATE_LIMITED, SOMEBODY_ELSE */
  async admit(visit: Visit): Promise<Context> {
    const caller = await this.countingFailures(visit, () => this.#callerOf(visit));
    demandTime(this.#requests.take(`${caller.kind} ${caller.by.id}`));
    demandSamePerson(visit.request, caller);
    return this.#contextOf(visit, caller);
  }

  #callerOf({ request, arrival }: Visit): Promise<Caller> {
    return callerOf(this.#options.ways, request, arrival);
  }

  #contextOf(visit: Visit, caller: Caller): Context {
    const { officers, gateOf, streams, onError } = this.#options;
    const renewed = async (): Promise<Context> => this.#contextOf(visit, await this.#callerOf(visit));
    const report = (error: unknown): void => tell(onError, error, visit.requestId);
    return { ...visit, caller, rights: rightsOf(caller, officers), gate: gateOf(caller.by), streams, renewed, report };
  }

  /**
   * Work that may find that somebody isn't who they say. An address that has failed too often is told to wait. Whoever proves
   * who they are is let in even then: behind a proxy everybody has one address, and a stranger could lock them all out.
   * @throws HttpError RATE_LIMITED, and what the work throws
   */
  async countingFailures<T>({ arrival: { peer } }: Visit, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const hasFailed = error instanceof HttpError && error.code === "UNAUTHENTICATED";
      if (hasFailed && peer !== undefined) demandTime(this.#failures.take(addressKey(peer)));
      throw error;
    }
  }
}

function demandTime(wait: number): void {
  if (wait > 0) throw new HttpError("RATE_LIMITED", { headers: { "Retry-After": String(Math.ceil(wait / 1_000)) } });
}
