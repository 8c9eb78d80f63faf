import { requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RequestRecord } from "../store/records.ts";

/** What is recorded of a thread's turns: each is read once, and again after this invocation has written. */
export class Turns {
  readonly #ledger: Ledger;
  readonly #threadId: string;
  readonly #read = new Map<string, Promise<readonly RequestRecord[]>>();
  /** All requests of the thread, as they were when this invocation took it. */
  #taken: readonly RequestRecord[] | undefined;

  constructor(ledger: Ledger, threadId: string, taken: readonly RequestRecord[] | undefined) {
    this.#ledger = ledger;
    this.#threadId = threadId;
    this.#taken = taken;
  }

  of(turnId: string): Promise<readonly RequestRecord[]> {
    const known = this.#read.get(turnId);
    if (known) return known;
    const taken = this.#taken?.filter((record) => record.turnId === turnId);
    const records = taken ? Promise.resolve(taken) : this.#ledger.ofTurn(this.#threadId, turnId);
    this.#read.set(turnId, records);
    records.catch(() => this.#read.delete(turnId));
    return records;
  }

  /** All requests of the thread. */
  async all(): Promise<readonly RequestRecord[]> {
    this.#taken ??= await this.#ledger.ofThread(this.#threadId);
    return this.#taken;
  }

  /** All that is recorded of a call: with other arguments it is another request. */
  async ofCall({ turnId, callId }: ProposedCall): Promise<readonly RequestRecord[]> {
    return (await this.of(turnId)).filter((record) => record.callId === callId);
  }

  /** What is recorded of exactly this call. */
  async record(call: ProposedCall): Promise<RequestRecord | undefined> {
    const id = requestIdOf(this.#ledger.tenant, this.#threadId, call);
    return (await this.of(call.turnId)).find((record) => record.id === id);
  }

  forget(): void {
    this.#read.clear();
    this.#taken = undefined;
  }
}
