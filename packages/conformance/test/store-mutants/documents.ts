import { setTimeout as sleep } from "node:timers/promises";
import { documentName, unreadableRecord, type DocumentPort, type DocumentRecord, type StorePort } from "@countersign/core/store";
import { claimedBy } from "../../src/store-suite/model/documents.ts";
import type { TenantState } from "../../src/store-suite/model/state.ts";
import { FAR, T0, TENANT } from "../../src/store-suite/records.ts";
import { weak, wrapped, type Mutant } from "./mutant.ts";

/** The honest store with some methods of its documents replaced. */
function documented(
  name: string,
  fails: readonly string[],
  wrap: (documents: DocumentPort, store: StorePort) => Partial<DocumentPort>,
): Mutant {
  return wrapped(name, fails, (store) => {
    const { documents } = store;
    if (!documents) throw new Error("the honest store keeps documents");
    return { documents: { ...documents, ...wrap(documents, store) } };
  });
}

/** What is due if documents, or the claim, were like this. */
const claimsAs = (name: string, fails: readonly string[], due: typeof claimedBy): Mutant => weak(name, fails, { documents: { due } });

function withAll(state: TenantState, change: (document: DocumentRecord) => object): TenantState {
  return { ...state, documents: new Map([...state.documents].map(([key, one]) => [key, { ...one, ...change(one) }])) };
}

/** As a database has them that reads names in a way of its own. */
const named = (name: string, fails: readonly string[], as: (name: string) => string): Mutant =>
  documented(name, fails, (documents) => ({
    put: (tenant, document, ...rest) => documents.put(tenant, { ...document, id: as(document.id) }, ...rest),
    get: (tenant, collection, id) => documents.get(tenant, collection, as(id)),
  }));

export const documentMutants: readonly Mutant[] = [
  documented("puts-over-any-version", ["store.documents.put", "store.documents.fence", "store.documents.model"], (documents) => ({
    put: async (tenant, document, _, events) =>
      documents.put(tenant, document, (await documents.get(tenant, document.collection, document.id))?.version ?? 0, events),
  })),
  documented("keeps-what-a-put-leaves-out", ["store.documents.put"], (documents) => ({
    put: async (tenant, document, ...rest) =>
      documents.put(tenant, { ...(await documents.get(tenant, document.collection, document.id)), ...document }, ...rest),
  })),
  documented("deletes-any-version", ["store.documents.delete", "store.documents.fence"], (documents) => ({
    delete: (tenant, collection, id, _, events) => documents.delete(tenant, collection, id, undefined, events),
  })),
  documented("deletes-what-isn-t-there", ["store.documents.delete", "store.documents.race"], (documents) => ({
    delete: async (...of) => {
      await documents.delete(...of);
      return { ok: true };
    },
  })),
  weak("shows-what-has-expired", ["store.documents.expired", "store.documents.many-expired"], { documents: { clock: () => T0 - 1 } }),
  documented("never-frees-a-name", ["store.documents.expired", "store.documents.delete"], (documents) => {
    const known = new Set<string>();
    return {
      put: async (tenant, document, expects, events) => {
        const name = `${tenant} ${documentName(document)}`;
        if (expects === 0 && known.has(name)) return { ok: false, reason: "CONFLICT" };
        known.add(name);
        return documents.put(tenant, document, expects, events);
      },
    };
  }),
  documented("removes-what-expires-some-day", ["store.documents.many-expired"], (documents) => ({
    claimDue: async (tenant, claim) => {
      for (const { collection, id, expiresAt } of (await documents.list(tenant, { ...claim, limit: 1_000 })).items)
        if (expiresAt !== undefined) await documents.delete(tenant, collection, id);
      return documents.claimDue(tenant, claim);
    },
  })),
  documented("is-full-of-what-has-expired", ["store.documents.many-expired"], (documents) => {
    let expired = 0;
    return {
      put: async (tenant, document, ...rest) => {
        if (document.expiresAt !== undefined && document.expiresAt < FAR && ++expired > 50) throw new Error("full");
        return documents.put(tenant, document, ...rest);
      },
    };
  }),
  documented("takes-a-prefix-for-a-pattern", ["store.documents.list"], (documents) => ({
    list: async (tenant, { idPrefix = "", ...query }) => {
      const pattern = new RegExp(
        `^${idPrefix
          .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
          .replaceAll("%", ".*")
          .replaceAll("_", ".")}`,
        "s",
      );
      const { items } = await documents.list(tenant, { ...query, limit: 1_000 });
      return { items: items.filter(({ id }) => pattern.test(id)), next: undefined };
    },
  })),
  documented("ends-a-page-one-early", ["store.documents.list", "store.documents.model"], (documents) => ({
    list: async (...of) => {
      const { items, next } = await documents.list(...of);
      return { items, next: next && items.at(-2)?.id };
    },
  })),
  documented("lists-any-number", ["store.documents.list"], (documents) => ({
    list: (tenant, { limit, ...query }) => documents.list(tenant, limit === 1 || limit === undefined ? { ...query, limit } : query),
  })),
  documented("events-before-documents", ["store.documents.events", "store.documents.model"], (documents, store) => ({
    put: async (tenant, document, expects, events = []) => {
      const written = await store.commit({ tenant, changes: [], events });
      return written.ok ? documents.put(tenant, document, expects) : { ok: false, reason: "TAKEN" };
    },
  })),
  documented("loses-the-events-of-documents", ["store.documents.events", "store.documents.kill"], (documents) => ({
    put: (tenant, document, expects) => documents.put(tenant, document, expects),
  })),
  documented("deletes-in-silence", ["store.documents.events", "store.documents.model"], (documents) => ({
    delete: (tenant, collection, id, expects) => documents.delete(tenant, collection, id, expects),
  })),
  named("has-one-case-for-ids", ["store.documents.names", "store.documents.list"], (name) => name.toLowerCase()),
  named("cuts-ids-at-u-0000", ["store.documents.names", "store.documents.list"], (name) => name.split("\u0000")[0] ?? ""),
  documented("keeps-documents-for-all", ["store.documents.names"], (documents) => ({
    put: (_, ...rest) => documents.put(TENANT, ...rest),
    get: (_, ...rest) => documents.get(TENANT, ...rest),
  })),
  wrapped("puts-unheard", ["store.documents.heard"], ({ documents, watch }) => {
    let isDeaf = false;
    return {
      watch: (listener) => watch(() => isDeaf || listener()),
      ...(documents && {
        documents: {
          ...documents,
          put: async (...of) => {
            isDeaf = true;
            const answer = await documents.put(...of);
            await sleep(1);
            isDeaf = false;
            return answer;
          },
        },
      }),
    };
  }),
  claimsAs("claims-the-newest-first", ["store.documents.due", "store.documents.model"], (state, { limit, ...claim }, at) =>
    [...claimedBy(state, { ...claim, limit: 1_000 }, at)].reverse().slice(0, limit),
  ),
  claimsAs("claims-all-there-is", ["store.documents.due", "store.documents.model"], (state, claim, at) =>
    claimedBy(state, { ...claim, limit: 1_000 }, at),
  ),
  claimsAs("claims-before-its-time", ["store.documents.due"], (state, claim, at) =>
    claimedBy(state, { ...claim, leaseMs: claim.leaseMs - FAR }, at + FAR),
  ),
  claimsAs("claims-without-a-lease", ["store.documents.due", "store.documents.race"], (state, claim, at) =>
    claimedBy(state, claim, at).map((one) => ({ ...one, dueAt: T0 })),
  ),
  claimsAs("claims-for-good", ["store.documents.fence"], (state, claim, at) =>
    claimedBy(state, claim, at).map((one) => ({ ...one, dueAt: at + claim.leaseMs + 60_000 })),
  ),
  claimsAs("claims-in-the-same-version", ["store.documents.due", "store.documents.fence", "store.documents.shared"], (state, claim, at) =>
    claimedBy(state, claim, at).map((one) => ({ ...one, version: one.version - 1 })),
  ),
  claimsAs("claims-what-has-expired", ["store.documents.expired"], (state, claim, at) =>
    claimedBy(
      withAll(state, () => ({ expiresAt: undefined })),
      claim,
      at,
    ),
  ),
  weak("looks-then-claims-documents", ["store.documents.race", "store.documents.shared"], { documents: { gap: true } }),
  documented("judges-then-puts", ["store.documents.race", "store.documents.shared"], (documents) => {
    const versionOf = async (tenant: string, { collection, id }: { collection: string; id: string }): Promise<number> =>
      (await documents.get(tenant, collection, id))?.version ?? 0;
    return {
      put: async (tenant, document, expects, events) => {
        if ((await versionOf(tenant, document)) !== expects) return { ok: false, reason: "CONFLICT" };
        await sleep(1);
        return documents.put(tenant, document, await versionOf(tenant, document), events);
      },
    };
  }),
  documented("stops-at-a-damaged-document", ["store.documents.damaged"], (documents) => ({
    list: async (...of) => {
      const page = await documents.list(...of);
      const [first] = page.unreadable ?? [];
      if (first) throw unreadableRecord(first.id, first.reason);
      return page;
    },
  })),
  documented("hides-a-damaged-document", ["store.documents.damaged"], (documents) => ({
    list: async (...of) => {
      const { items, next } = await documents.list(...of);
      return { items, next };
    },
  })),
];
