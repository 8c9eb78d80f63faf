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
    const suspect = [...this.#grants.values()].filter((record) => !this.#isRight(record, incomplete));
    const unknown = [...this.#taken.keys()].find((id) => !this.#grants.has(id));
    if (suspect.length === 0 && unknown === undefined) return;
    // Some may have been taken while they were counted.
    const again = await countedAnew(ledger);
    const wrong = suspect.find(({ id }) => {
      const record = again.#grants.get(id);
      return !record || !again.#isRight(record, incomplete);
    });
    const missing = [...again.#taken.keys()].find((id) => !again.#grants.has(id));
    const id = wrong?.id ?? (incomplete ? undefined : missing);
    if (id === undefined) return;
    const flaw = wrong
      ? "`uses` of its record doesn't follow from the requests that it decided"
      : "requests name it, and there is no such grant";
    throw new CountersignError("AUDIT_BROKEN", { subject: grantSubject(id), seq: wrong?.seq ?? 0, flaw, field: wrong && "uses" });
  }

  #isRight({ id, uses, grant, revokedAt }: GrantRecord, incomplete: boolean): boolean {
    const left = revokedAt === undefined ? grant.uses - (this.#taken.get(id) ?? 0) : 0;
    return incomplete ? uses <= left : uses === left;
  }
}

async function countedAnew(ledger: Ledger): Promise<Uses> {
  const uses = new Uses();
  const { port, tenant } = ledger;
  for await (const subject of subjectsOf(ledger)) {
    const grantId = grantOf(subject);
    const reading = grantId === undefined ? port.getRequest(tenant, subject) : ledger.grant(grantId);
    const record = await unlessUnreadable<AnyRecord | undefined>(reading);
    if (record) uses.add(record);
  }
  return uses;
}
