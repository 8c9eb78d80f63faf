import { setTimeout as sleep } from "node:timers/promises";
import type { DocumentPort, DocumentRecord, DocumentWritten, NewDocument, StorePort } from "@countersign/core/store";
import { has, holds, same, throwsCode, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { having } from "../optional.ts";
import { commit, event, FAR, idsOf, placesOf, T0, TENANT } from "../records.ts";

/** A document of collection `keys`. */
export function document(id: string, over: Partial<NewDocument> = {}): NewDocument {
  return { collection: "keys", id, body: { of: id }, ...over };
}

export function documentsOf(store: StorePort): DocumentPort {
  return having(store, "documents").documents;
}

/** @throws AssertionError unless it was written */
export function written(answer: DocumentWritten, what: string): void {
  same(answer, { ok: true }, what);
}

export function unwritten(answer: DocumentWritten, reason: "CONFLICT" | "TAKEN", what: string): void {
  same(answer, { ok: false, reason }, what);
}

async function everyDocument(documents: DocumentPort, query: object, limit: number): Promise<readonly DocumentRecord[]> {
  const found: DocumentRecord[] = [];
  for (let after: string | undefined, pages = 0; ; pages++) {
    holds(pages < 50, "the pages never end");
    const page = await documents.list(TENANT, { collection: "keys", ...query, limit, ...(after === undefined ? {} : { after }) });
    holds(page.items.length <= limit, `${page.items.length} documents of at most ${limit}`);
    found.push(...page.items);
    if (page.next === undefined) return found;
    after = page.next;
  }
}

const NAMES = [
  "a",
  "A",
  "ü",
  "u\u0308",
  "a\u0000b",
  "a ",
  " a",
  "%",
  "_",
  "\\",
  "\\u0000",
  "'",
  "🙂",
  "\u{10FFFF}",
  "x/y",
  "__proto__",
  '["a"]',
];

export const documentCases: readonly StoreCase[] = [
  {
    id: "store.documents.put",
    title: "A document is put where its version is the expected one, and then it is all new, in the next version.",
    guards: "Two logins overwrite each other's session, or a key keeps a right that was taken from it.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      same(await documents.get(TENANT, "keys", "ci"), undefined, "before it is put");
      unwritten(await documents.put(TENANT, document("ci"), 1), "CONFLICT", "a version of what isn't there");
      written(await documents.put(TENANT, document("ci", { dueAt: T0, expiresAt: FAR }), 0), "a new one");
      same(
        await documents.get(TENANT, "keys", "ci"),
        { ...document("ci", { dueAt: T0, expiresAt: FAR }), version: 1 },
        "the first version",
      );
      for (const expects of [0, 2]) unwritten(await documents.put(TENANT, document("ci"), expects), "CONFLICT", `expecting ${expects}`);
      written(await documents.put(TENANT, document("ci", { body: { other: [1, null] } }), 1), "the next version");
      same(
        await documents.get(TENANT, "keys", "ci"),
        { ...document("ci", { body: { other: [1, null] } }), version: 2 },
        "the second version",
      );
      unwritten(await documents.put(TENANT, document("ci"), 1), "CONFLICT", "the first version again");
    },
  },
  {
    id: "store.documents.delete",
    title: "A document is deleted in the expected version, or in any, once; then it isn't there, and may be put as new.",
    guards: "A session goes on after its sign-out, or one link signs two people in.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      written(await documents.put(TENANT, document("a"), 0), "a document");
      written(await documents.put(TENANT, document("b"), 0), "another one");
      unwritten(await documents.delete(TENANT, "keys", "a", 2), "CONFLICT", "deleting another version");
      unwritten(await documents.delete(TENANT, "keys", "nobody"), "CONFLICT", "deleting what isn't there");
      written(await documents.delete(TENANT, "keys", "a", 1), "deleting its version");
      for (const expects of [1, undefined])
        unwritten(await documents.delete(TENANT, "keys", "a", expects), "CONFLICT", "deleting it again");
      same(await documents.get(TENANT, "keys", "a"), undefined, "the one deleted");
      unwritten(await documents.put(TENANT, document("a"), 1), "CONFLICT", "a put that expects it");
      same(idsOf((await documents.list(TENANT, { collection: "keys" })).items), ["b"], "the list");
      written(await documents.put(TENANT, document("a", { body: { again: true } }), 0), "one of its name");
      same(await documents.get(TENANT, "keys", "a"), { ...document("a", { body: { again: true } }), version: 1 }, "it begins anew");
      written(await documents.delete(TENANT, "keys", "b"), "deleting any version");
    },
  },
  {
    id: "store.documents.expired",
    title: "What has expired by the store's clock isn't there: for no read, no write and no claim. It may be put as new.",
    guards: "An expired session signs, or its name can never be used again.",
    run: async ({ open }) => {
      const store = await open();
      const documents = documentsOf(store);
      const soon = (await store.now()) + 60;
      written(await documents.put(TENANT, document("over", { expiresAt: T0, dueAt: T0 }), 0), "one that has expired already");
      written(await documents.put(TENANT, document("soon", { expiresAt: soon, dueAt: T0 }), 0), "one that expires soon");
      written(await documents.put(TENANT, document("far", { expiresAt: FAR }), 0), "one that expires later");
      written(await documents.put(TENANT, document("never"), 0), "one that never expires");
      await within(5_000, "the store's clock gets there", (async () => { while ((await store.now()) < soon) await sleep(10); })()); // prettier-ignore
      same(idsOf((await documents.list(TENANT, { collection: "keys" })).items), ["far", "never"], "the list");
      same(await documents.claimDue(TENANT, { collection: "keys", leaseMs: 1_000, limit: 10 }), [], "what is due");
      for (const id of ["over", "soon"]) {
        same(await documents.get(TENANT, "keys", id), undefined, id);
        unwritten(await documents.put(TENANT, document(id), 1), "CONFLICT", `${id}, put in its version`);
        unwritten(await documents.delete(TENANT, "keys", id), "CONFLICT", `${id}, deleted`);
        written(await documents.put(TENANT, document(id, { body: { again: true } }), 0), `${id}, put as new`);
        same(await documents.get(TENANT, "keys", id), { ...document(id, { body: { again: true } }), version: 1 }, `${id}, as new`);
      }
      has(await documents.get(TENANT, "keys", "far"), { version: 1, expiresAt: FAR }, "the one that expires later");
    },
  },
  {
    id: "store.documents.many-expired",
    title: "However many have expired, writes go on, and what hasn't expired stays.",
    guards: "The removal of old sessions takes a key with it, or stops everybody.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      const kept = Array.from({ length: 12 }, (_, n) => document(`kept-${n}`, n % 2 === 0 ? {} : { expiresAt: FAR }));
      for (let n = 0; n < 120; n++) {
        const one = n % 10 === 0 ? kept[n / 10] : undefined;
        written(await documents.put(TENANT, one ?? document(`over-${n}`, { expiresAt: T0 + n }), 0), "a document");
      }
      written(await documents.delete(TENANT, "keys", "kept-0"), "a delete");
      await documents.claimDue(TENANT, { collection: "keys", leaseMs: 1_000, limit: 10 });
      same(idsOf(await everyDocument(documents, {}, 100)), idsOf(kept.slice(1)).toSorted(), "what is there");
    },
  },
  {
    id: "store.documents.list",
    title: "A list has the documents of one collection whose ids begin so, each once, in the same order on every page.",
    guards: "A person is shown the keys of another, or never finds their own.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      const ids = [...NAMES.map((name) => `p${name}`), ...NAMES.map((name) => `p${name}q`), "o", "q", "P"];
      for (const id of ids) written(await documents.put(TENANT, document(id), 0), JSON.stringify(id));
      written(await documents.put(TENANT, document("pother", { collection: "sessions" }), 0), "one of another collection");
      for (const idPrefix of ["", "p", "p%", "p_", "p\\", "pu", "pü", "pa", "p🙂", "p\u{10FFFF}", "pa\u0000", "nothing"]) {
        const all = await everyDocument(documents, { idPrefix }, 100);
        const expected = ids.filter((id) => id.startsWith(idPrefix));
        same(idsOf(all).toSorted(), expected.toSorted(), `those that begin with ${JSON.stringify(idPrefix)}`);
        same(
          all.every(({ body, id }) => body["of"] === id),
          true,
          "each with its own body",
        );
        for (const limit of [1, 7]) same(await everyDocument(documents, { idPrefix }, limit), all, `in pages of ${limit}`);
      }
      for (const limit of [0, 1.5, 1_001])
        await throwsCode(() => documents.list(TENANT, { collection: "keys", limit }), "INVALID_ARGS", `a limit of ${limit}`);
    },
  },
  {
    id: "store.documents.events",
    title: "Events are written with the document, in the same transaction: all of it or nothing.",
    guards: "A key is given, and the trail doesn't say by whom; or it says so of a key that nobody has.",
    run: async ({ open }) => {
      const store = await open();
      const documents = documentsOf(store);
      const places = async () => placesOf((await store.listEvents(TENANT, undefined, 100)).events);
      written(await documents.put(TENANT, document("ci"), 0, [event("key/ci", 1), event("key/ci", 2)]), "a put with events");
      same(await places(), ["key/ci/1", "key/ci/2"], "the events of the put");
      unwritten(await documents.put(TENANT, document("ci"), 0, [event("key/ci", 3)]), "CONFLICT", "a put that is refused");
      unwritten(await documents.delete(TENANT, "keys", "ci", 7, [event("key/ci", 3)]), "CONFLICT", "a delete that is refused");
      same(await places(), ["key/ci/1", "key/ci/2"], "events, after what was refused");
      const next = document("ci", { body: { next: true } });
      unwritten(await documents.put(TENANT, next, 1, [event("key/ci", 3), event("key/ci", 2, "other")]), "TAKEN", "a place that is taken");
      unwritten(await documents.put(TENANT, next, 1, [event("key/ci", 3), event("key/ci", 3)]), "TAKEN", "one place twice");
      unwritten(await documents.delete(TENANT, "keys", "ci", 1, [event("key/ci", 1)]), "TAKEN", "a delete, and a place that is taken");
      unwritten(await documents.put(TENANT, next, 4, [event("key/ci", 1)]), "CONFLICT", "another version, and a place that is taken");
      same(await documents.get(TENANT, "keys", "ci"), { ...document("ci"), version: 1 }, "the document, after what was refused");
      same(await places(), ["key/ci/1", "key/ci/2"], "events, after all that was refused");
      await commit(store, [], [event("key/ci", 3)]);
      written(await documents.delete(TENANT, "keys", "ci", 1, [event("key/ci", 4)]), "a delete with an event");
      same((await store.listEvents(TENANT, undefined, 100, "key/ci")).events.length, 4, "the events of the chain");
      same((await store.listSubjects?.(TENANT, undefined, 10)) ?? ["key/ci"], ["key/ci"], "the subjects");
    },
  },
  {
    id: "store.documents.names",
    title: "Documents of other tenants, collections and ids stay apart, whatever their names; each keeps its own body.",
    guards: "One customer's session opens another's inbox.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      const all = NAMES.flatMap((name) => [
        { tenant: `t${name}`, collection: "c", id: "i" },
        { tenant: "t", collection: `c${name}`, id: "i" },
        { tenant: "t", collection: "c", id: name },
      ]);
      for (const { tenant, ...address } of all) {
        const body = { [address.id]: [tenant, { deep: `${address.collection}\u0000"\\` }], __proto: 1, ['__proto__']: { own: true } }; // prettier-ignore
        written(await documents.put(tenant, { ...address, body, dueAt: T0 }, 0), JSON.stringify([tenant, address]));
        has(
          await documents.get(tenant, address.collection, address.id),
          { ...address, body, version: 1 },
          JSON.stringify([tenant, address]),
        );
      }
      for (const { tenant, collection, id } of all) {
        const claimed = await documents.claimDue(tenant, { collection, leaseMs: 600_000, limit: 100 });
        const expected = all.filter((one) => one.tenant === tenant && one.collection === collection);
        if (claimed.length > 0) same([...idsOf(claimed)].sort(), idsOf(expected).toSorted(), JSON.stringify([tenant, collection]));
        has(await documents.get(tenant, collection, id), { id, version: 2 }, `${JSON.stringify([tenant, collection, id])}, claimed`);
      }
    },
  },
  {
    id: "store.documents.heard",
    title: "Who watches hears of a document that was put or deleted.",
    guards: "A notification waits until somebody happens to look.",
    run: async ({ open }) => {
      const store = await open();
      const documents = documentsOf(store);
      const hearing = async (work: () => Promise<DocumentWritten>, what: string): Promise<void> => {
        const heard = Promise.withResolvers<void>();
        const unwatch = store.watch(heard.resolve);
        written(await work(), what);
        await within(5_000, `${what} is heard`, heard.promise);
        unwatch();
      };
      await hearing(() => documents.put(TENANT, document("a"), 0), "a put");
      await hearing(() => documents.delete(TENANT, "keys", "a"), "a delete");
    },
  },
];
