import { requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RequestRecord } from "../store/records.ts";

/**
 * What is recorded of the calls of a thread. What was under way when it was taken needs no read; of other calls the turn is
 * read, once, and again after this invocation has written.
 */
export class Turns {
  readonly #ledger: Ledger;
  readonly #threadId: string;
  readonly #read = new Map<string, Promise<readonly RequestRecord[]>>();
  #taken: readonly RequestRecord[] | undefined;

  /** @param taken what was under way in the thread when this invocation took it */
  constructor(ledger: Ledger, threadId: string, taken: readonly RequestRecord[] | undefined) {
    this.#ledger = ledger;
    this.#threadId = threadId;
    this.#taken = taken;
  }

  /** All that is recorded of a call, or the one record of exactly this one: with other arguments it is another request. */
  async ofCall(call: ProposedCall): Promise<readonly RequestRecord[]> {
    const taken = this.#takenOf(call);
    return taken ? [taken] : (await this.#of(call.turnId)).filter((record) => record.callId === call.callId);
  }

  /** What is recorded of exactly this call. */
  async record(call: ProposedCall): Promise<RequestRecord | undefined> {
    return this.#takenOf(call) ?? (await this.#of(call.turnId)).find(({ id }) => id === this.#idOf(call));
  }

  /** What is under way in the whole thread. */
  async underWay(): Promise<readonly RequestRecord[]> {
    return this.#taken ?? (await this.#ledger.read(this.#threadId)).unfinished;
  }

  forget(): void {
    this.#read.clear();
    this.#taken = undefined;
  }

  #takenOf(call: ProposedCall): RequestRecord | undefined {
    if (!this.#taken || this.#taken.length === 0) return undefined;
    const asked = this.#idOf(call);
    return this.#taken.find(({ id, state }) => id === asked && state === "approved");
  }

  #idOf(call: ProposedCall): string {
    return requestIdOf(this.#ledger.tenant, this.#threadId, call);
  }

  #of(turnId: string): Promise<readonly RequestRecord[]> {
    const known = this.#read.get(turnId);
    if (known) return known;
    const records = this.#ledger.ofTurn(this.#threadId, turnId);
    this.#read.set(turnId, records);
    records.catch(() => this.#read.delete(turnId));
    return records;
  }
}
