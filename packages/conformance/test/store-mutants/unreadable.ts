import { unreadableRecord, type RequestRecord } from "@countersign/core/store";
import { wrapped, type Mutant } from "./mutant.ts";

/** The members that this version knows. */
function known(record: RequestRecord): RequestRecord {
  const { seal: _, ...rest } = record as RequestRecord & { readonly seal?: unknown };
  return rest;
}

export const unreadableMutants: readonly Mutant[] = [
  wrapped("keeps-known-members", ["store.unreadable.newer"], (store) => ({
    getRequest: async (...of) => {
      const record = await store.getRequest(...of);
      return record && known(record);
    },
  })),
  wrapped("checks-what-it-gives", ["store.unreadable.newer"], (store) => ({
    listRequests: async (...of) => {
      const page = await store.listRequests(...of);
      const strange = page.items.find(({ terms }) => terms.decisions?.length === 0);
      if (strange) throw unreadableRecord(strange.id, "it offers no decision");
      return page;
    },
  })),
  wrapped("stops-at-damage", ["store.unreadable.named", "store.unreadable.pages"], (store) => ({
    listRequests: async (...of) => {
      const page = await store.listRequests(...of);
      const [first] = page.unreadable ?? [];
      if (first) throw unreadableRecord(first.id, first.reason);
      return page;
    },
  })),
  wrapped("hides-damage", ["store.unreadable.named", "store.unreadable.pages"], (store) => ({
    listRequests: async (...of) => {
      const { items, next } = await store.listRequests(...of);
      return { items, next };
    },
  })),
  wrapped("ends-with-what-it-could-read", ["store.unreadable.pages"], (store) => ({
    listRequests: async (...of) => {
      const page = await store.listRequests(...of);
      return page.items.length > 0 ? page : { ...page, next: undefined };
    },
  })),
  wrapped("forgets-which", ["store.unreadable.named"], (store) => ({
    getRequest: async (tenant, id) =>
      store.getRequest(tenant, id).catch((error: unknown) => {
        throw Object.assign(error as Error, { details: { retryable: false } });
      }),
  })),
];
