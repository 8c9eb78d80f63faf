import { grantOf, grantSubject } from "../audit/subject.ts";
import { CountersignError } from "../errors/error.ts";
import type { GrantRecord } from "../store/records.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import type { Ledger } from "./ledger.ts";
import type { AnyRecord } from "./proof.ts";
import { subjectsOf } from "./subjects.ts";

/** What grants have decided: a grant has as many uses left as it was given, less the requests that name it. */
export class Uses {
  readonly #taken = new Map<string, number>();
  readonly #grants = new Map<string, GrantRecord>();

  add(record: AnyRecord): void {
    if ("grant" in record) this.#grants.set(record.id, record);
    else if ("grantId" in record && record.grantId !== undefined)
      this.#taken.set(record.grantId, (this.#taken.get(record.grantId) ?? 0) + 1);
  }

  /** @param incomplete some requests could not be read: they may have taken some @throws AUDIT_BROKEN */
  async verify(ledger: Ledger, incomplete: boolean): Promise<void> {
    const suspect = [...this.#grants.values()].filter((record) => !this.#isRight(record, record, incomplete));
    const wrong = suspect.length > 0 ? await Uses.firstWrong(ledger, suspect, incomplete) : undefined;
    const id = wrong?.id ?? (incomplete ? undefined : await this.#firstMissing(ledger));
    if (id === undefined) return;
    const flaw = wrong
      ? "`uses` of its record doesn't follow from the requests that it decided"
      : "requests name it, and there is no such grant";
    throw new CountersignError("AUDIT_BROKEN", { subject: grantSubject(id), seq: wrong?.seq ?? 0, flaw, field: wrong && "uses" });
  }

  /** Held against a grant as it was before these were counted, and after: some may have been taken meanwhile. */
  #isRight(before: GrantRecord, { id, uses, grant, revokedAt }: GrantRecord, incomplete: boolean): boolean {
    if (revokedAt !== undefined) return uses === 0;
    const left = grant.uses - (this.#taken.get(id) ?? 0);
    return uses <= left && (incomplete || left <= before.uses);
  }

  async #firstMissing(ledger: Ledger): Promise<string | undefined> {
    for (const id of this.#taken.keys()) {
      if (!this.#grants.has(id) && (await unlessUnreadable(ledger.grant(id))) === undefined) return id;
    }
    return undefined;
  }

  /** The first of these grants that is wrong however it is counted. */
  static async firstWrong(ledger: Ledger, suspect: readonly GrantRecord[], incomplete: boolean): Promise<GrantRecord | undefined> {
    const read = () => Promise.all(suspect.map(async (record) => (await ledger.grant(record.id)) ?? record));
    const before = await read();
    const counted = await countedAnew(ledger);
    const after = await read();
    return after.find((record, i) => !counted.#isRight(before[i] ?? record, record, incomplete));
  }
}

async function countedAnew(ledger: Ledger): Promise<Uses> {
  const uses = new Uses();
  const { port, tenant } = ledger;
  for await (const subject of subjectsOf(ledger)) {
    if (grantOf(subject) !== undefined) continue;
    const record = await unlessUnreadable<AnyRecord | undefined>(port.getRequest(tenant, subject));
    if (record) uses.add(record);
  }
  return uses;
}
