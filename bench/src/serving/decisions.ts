import { approve, createGate, type ApprovalRequest } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { suspendOne } from "../moves.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { fiona } from "../stores/policy.ts";
import type { Audience } from "./audience.ts";

/** Requests that wait to be decided by this process, each while others listen. */
export class Decisions implements AsyncDisposable {
  readonly #store: StorePort;
  readonly #waiting: ApprovalRequest[] = [];

  private constructor(store: StorePort) {
    this.#store = store;
  }

  static async prepared(address: Address, count: number): Promise<Decisions> {
    const decisions = new Decisions(await readyAt(address));
    for (let i = 0; i < count; i++) decisions.#waiting.push(await suspendOne(decisions.#store));
    return decisions;
  }

  /** Approves one of them. Answers how long after that each of the audience had heard of it, in ms. */
  async heardBy(audience: Audience): Promise<readonly number[]> {
    const request = this.#waiting.pop();
    if (!request) throw new Error("there is nothing left to decide");
    return audience.hear(request.id, async () => {
      await createGate({ store: this.#store }).decide(request, approve(), { by: fiona });
      return Number(process.hrtime.bigint());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
  }
}
