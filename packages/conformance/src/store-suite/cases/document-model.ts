import fc from "fast-check";
import type { AuditEvent, DocumentPort, NewDocument } from "@countersign/core/store";
import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { checkModel } from "../model/check-model.ts";
import { Told } from "../model/differs.ts";
import { change, claimedBy, documentIn, judged, listed } from "../model/documents.ts";
import { emptyState, type TenantState } from "../model/state.ts";
import { event, FAR, idsOf, T0 } from "../records.ts";
import { documentsOf } from "./documents.ts";

const address = fc.record({ collection: fc.constantFrom("keys", "keys", "keys", "sessions"), id: fc.constantFrom("a", "ab", "b", "a%") });
/** Mostly the version that is there. */
const expects = fc.constantFrom<"there" | "none" | "before">("there", "there", "there", "none", "before");
const subject = fc.option(fc.constantFrom("key/a", "key/b"), { nil: undefined });

const putting = fc.record({
  do: fc.constant("put" as const),
  ...{ address, expects, subject },
  due: fc.constantFrom(true, true, false),
  expiresAt: fc.constantFrom(undefined, undefined, FAR, T0),
});
const step = fc.oneof(
  { weight: 3, arbitrary: putting },
  fc.record({ do: fc.constant("delete" as const), address, expects: fc.oneof(expects, fc.constant("any" as const)), subject }),
  fc.record({ do: fc.constant("claim" as const), address, limit: fc.constantFrom(1, 2) }),
  fc.record({ do: fc.constant("list" as const), address, limit: fc.constantFrom(1, 50) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Now, for a model whose times are long ago or far ahead. */
const NOW = FAR - 1;

class Run {
  readonly #state: TenantState = emptyState();
  readonly #documents: DocumentPort;
  readonly #tenant: string;
  #steps = 0;

  constructor(documents: DocumentPort, tenant: string) {
    this.#documents = documents;
    this.#tenant = tenant;
  }

  async take(one: Step): Promise<string> {
    const n = ++this.#steps;
    switch (one.do) {
      case "put": {
        const { expiresAt, due } = one;
        const document: NewDocument = {
          ...one.address,
          body: { n },
          ...(expiresAt ? { expiresAt } : {}),
          ...(due ? { dueAt: T0 + n } : {}),
        };
        const version = this.#versionFor(one);
        const events = this.#eventsFor(one);
        const expected = judged(this.#state, one.address, version, events, NOW);
        same(await this.#documents.put(this.#tenant, document, version ?? 0, events), expected, "the answer");
        if (expected.ok) this.#write(one.address, { ...document, version: (version ?? 0) + 1 }, events);
        return `put expecting ${version}: ${expected.ok ? "written" : expected.reason}`;
      }
      case "delete": {
        const version = this.#versionFor(one);
        const events = this.#eventsFor(one);
        // Nobody can delete what must not be there.
        if (version === 0) return "nothing";
        const expected = judged(this.#state, one.address, version, events, NOW);
        const { collection, id } = one.address;
        same(await this.#documents.delete(this.#tenant, collection, id, version, events), expected, "the answer");
        if (expected.ok) this.#write(one.address, undefined, events);
        return `delete expecting ${version ?? "any"}: ${expected.ok ? "written" : expected.reason}`;
      }
      case "claim": {
        const claim = { collection: one.address.collection, leaseMs: 600_000, limit: one.limit };
        const expected = claimedBy(this.#state, claim, NOW - 600_000);
        const claimed = await this.#documents.claimDue(this.#tenant, claim);
        same(claimed.map(({ dueAt: _, ...rest }) => rest), expected.map(({ dueAt: _, ...rest }) => rest), "what was claimed"); // prettier-ignore
        for (const next of claimed) this.#write(next, { ...next, dueAt: FAR }, []);
        return `claimed ${idsOf(claimed).join(", ") || "none"}`;
      }
      case "list":
        return this.#list(one);
    }
  }

  async #list({ address: { collection, id }, limit }: Step & { readonly limit: number }): Promise<string> {
    const expected = listed(this.#state, { collection, idPrefix: id }, NOW);
    const page = await this.#documents.list(this.#tenant, { collection, idPrefix: id, limit });
    const shown = ({ dueAt: _, ...rest }: (typeof expected)[number]) => rest;
    same(page.items.map(shown), expected.slice(0, limit).map(shown), "the list");
    same(page.next, expected.length > limit ? page.items.at(-1)?.id : undefined, "what comes next");
    const there = documentIn(this.#state, { collection, id }, NOW);
    const got = await this.#documents.get(this.#tenant, collection, id);
    same(got && shown(got), there && shown(there), "a read");
    return `${expected.length} listed`;
  }

  #versionFor(one: { readonly address: Parameters<typeof documentIn>[1]; readonly expects: string }): number | undefined {
    const there = documentIn(this.#state, one.address, NOW)?.version ?? 0;
    return one.expects === "any" ? undefined : { there, none: 0, before: Math.max(0, there - 1) }[one.expects];
  }

  /** Each chain's next one, or one that is there: two chains, and a step counts them. */
  #eventsFor({ subject: of }: { readonly subject: string | undefined }): readonly AuditEvent[] {
    const last = [...this.#state.events.values()].filter((one) => one.subject === of).length;
    return of === undefined ? [] : [event(of, this.#steps % 4 === 0 ? Math.max(1, last) : last + 1)];
  }

  #write(
    { collection, id }: Parameters<typeof documentIn>[1],
    next: Parameters<typeof change>[1]["next"],
    events: readonly AuditEvent[],
  ): void {
    change(this.#state, { collection, id, next });
    for (const one of events) this.#state.events.set(++this.#state.position, one);
  }
}

export const documentModelCases: readonly StoreCase[] = [
  {
    id: "store.documents.model",
    title: "After any sequence of puts, deletes, claims and lists of documents the store answers what the model does.",
    guards: "A combination that nobody thought of is stored wrongly.",
    run: async (env) => {
      const documents = documentsOf(await env.open());
      let tenants = 0;
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25, size: "max" }), async (all) => {
        const told = new Told();
        const run = new Run(documents, `run-${tenants++}`);
        for (const one of all) await told.step(JSON.stringify(one), () => run.take(one));
      });
      await checkModel(property, env.seed);
    },
  },
];
