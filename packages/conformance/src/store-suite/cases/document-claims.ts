import { setTimeout as sleep } from "node:timers/promises";
import { isCountersignError } from "@countersign/core/store";
import { has, holds, same, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { allAtOnce } from "../process/start.ts";
import { event, FAR, idsOf, placesOf, T0, TENANT } from "../records.ts";
import { document, documentsOf, unwritten, written } from "./documents.ts";

const CLAIM = { collection: "keys", leaseMs: 600_000, limit: 100 } as const;

export const documentClaimCases: readonly StoreCase[] = [
  {
    id: "store.documents.due",
    title: "A claim takes what is due of its collection, the longest overdue first, and no more than was asked for.",
    guards: "A notification is sent long before its time, or never, while newer ones go out.",
    run: async ({ open }) => {
      const store = await open();
      const documents = documentsOf(store);
      for (const n of [3, 1, 4, 2]) written(await documents.put(TENANT, document(`due-${n}`, { dueAt: T0 + n, body: { n } }), 0), "one");
      written(await documents.put(TENANT, document("later", { dueAt: FAR }), 0), "one that is due later");
      written(await documents.put(TENANT, document("never"), 0), "one that is never due");
      written(await documents.put(TENANT, document("other", { dueAt: T0, collection: "other" }), 0), "one of another collection");
      same(await documents.claimDue(TENANT, { ...CLAIM, limit: 0 }), [], "none at all");
      const before = await store.now();
      const first = await documents.claimDue(TENANT, { ...CLAIM, limit: 3 });
      same(idsOf(first), ["due-1", "due-2", "due-3"], "the first three");
      for (const [n, one] of first.entries()) {
        has(one, { collection: "keys", body: { n: n + 1 }, version: 2 }, one.id);
        const { dueAt = 0 } = one;
        holds(dueAt >= before + CLAIM.leaseMs && dueAt <= (await store.now()) + CLAIM.leaseMs + 1_000, `${one.id} is due at ${dueAt}`);
        same(await documents.get(TENANT, "keys", one.id), one, `${one.id}, as a read gives it`);
      }
      same(idsOf(await documents.claimDue(TENANT, CLAIM)), ["due-4"], "the rest");
      same(await documents.claimDue(TENANT, CLAIM), [], "what is left");
    },
  },
  {
    id: "store.documents.fence",
    title:
      "Whoever claimed a document ends with a put or a delete of its version; it comes again when the lease is over, and then they can't.",
    guards: "Two workers send one message, and the slower one writes over what the faster one noted.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      written(await documents.put(TENANT, document("a", { dueAt: T0 }), 0), "a document");
      written(await documents.put(TENANT, document("b", { dueAt: T0 + 1 }), 0), "another one");
      const [slow] = await documents.claimDue(TENANT, { ...CLAIM, leaseMs: 1, limit: 1 });
      has(slow, { id: "a", version: 2 }, "the first claim");
      await sleep(30);
      const again = await documents.claimDue(TENANT, CLAIM);
      same([...idsOf(again)].sort(), ["a", "b"], "once the lease is over");
      has(
        again.find(({ id }) => id === "a"),
        { version: 3 },
        "the second claim",
      );
      unwritten(await documents.put(TENANT, document("a"), 2), "CONFLICT", "a put by the first claim");
      unwritten(await documents.delete(TENANT, "keys", "a", 2), "CONFLICT", "a delete by the first claim");
      written(await documents.put(TENANT, document("a", { dueAt: T0 }), 3), "a put by the second claim, due at once");
      written(await documents.delete(TENANT, "keys", "b", 2), "a delete by the second claim");
      has((await documents.claimDue(TENANT, CLAIM))[0], { id: "a", version: 5 }, "the third claim");
      written(await documents.put(TENANT, document("a"), 5), "a put that makes it due no more");
      same(await documents.claimDue(TENANT, CLAIM), [], "what is due in the end");
    },
  },
  {
    id: "store.documents.race",
    title: "Of many at once, one puts, one deletes, and one claims each document.",
    guards: "Two requests at the same moment use one link, and both are signed in.",
    run: async ({ open }) => {
      const documents = documentsOf(await open());
      const twenty = Array.from({ length: 20 }, (_, n) => n);
      const winners = async (write: (n: number) => Promise<{ readonly ok: boolean }>) => (await Promise.all(twenty.map(write))).filter(({ ok }) => ok).length; // prettier-ignore
      same(await winners((n) => documents.put(TENANT, document("a", { body: { n } }), 0, [event("key/a", 1)])), 1, "inserts that won");
      same(await winners((n) => documents.put(TENANT, document("a", { body: { n } }), 1)), 1, "puts that won");
      same(await winners(() => documents.delete(TENANT, "keys", "a", 2)), 1, "deletes that won");
      for (const n of twenty) written(await documents.put(TENANT, document(`d${n}`, { dueAt: T0 + n }), 0), "a document that is due");
      const claims = await Promise.all(twenty.map(() => documents.claimDue(TENANT, { ...CLAIM, limit: 2 })));
      const rest = await documents.claimDue(TENANT, CLAIM);
      same([...idsOf([...claims.flat(), ...rest])].sort(), twenty.map((n) => `d${n}`).sort(), "what was claimed, each once");
      same(
        [...claims.flat(), ...rest].every(({ version }) => version === 2),
        true,
        "in its second version",
      );
    },
  },
  {
    id: "store.documents.shared",
    title: "Several processes that change one document lose no change, and never claim one in the same version.",
    guards: "Two servers answer with the same one-time code, or send the same message.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const documents = documentsOf(await open());
      written(await documents.put(TENANT, document("counter", { body: { count: 0 } }), 0), "a counter");
      for (let n = 0; n < 60; n++) written(await documents.put(TENANT, document(`d${n}`, { dueAt: T0 + n, collection: "due" }), 0), "one");
      const claims = await allAtOnce([1, 2, 3].map(() => spawn("documents", { times: 30 })));
      has(await documents.get(TENANT, "keys", "counter"), { body: { count: 90 }, version: 91 }, "the counter");
      const held = claims.flat();
      same(new Set(held.map(({ id, version }) => `${id} ${version}`)).size, held.length, "claims, and those that nobody else had");
      same(new Set(idsOf(held)).size, 60, "documents that were claimed");
    },
  },
  {
    id: "store.documents.kill",
    title: "kill -9 between or within writes loses no document that was acknowledged, and parts none from its events.",
    guards: "A crash leaves a key that the trail knows nothing of, or signs everybody out.",
    needs: ["durable"],
    run: async ({ open, spawn }) => {
      // A store without documents has none to lose.
      const first = await open();
      documentsOf(first);
      await first.close();
      let last = 0;
      for (const writes of [1, 9, 40, 4]) {
        const child = spawn("keepDocuments", {});
        await child.heard(writes);
        const acknowledged = Number((await child.kill()).at(-1));
        const store = await open();
        const version = (await documentsOf(store).get(TENANT, "keys", "a"))?.version ?? 0;
        holds(acknowledged >= last + writes, "the store went on from what was there");
        holds(version === acknowledged || version === acknowledged + 1, `${acknowledged} were acknowledged and ${version} are there`);
        const { events } = await store.listEvents(TENANT, undefined, 1_000, "key/a");
        same(
          placesOf(events),
          Array.from({ length: version }, (_, n) => `key/a/${n + 1}`),
          "its events",
        );
        const page = await within(5_000, "a list", documentsOf(store).list(TENANT, { collection: "keys", idPrefix: "n", limit: 1_000 }));
        const beside = page.items.length;
        // The one for the next put is there before it.
        holds(beside === version || beside === version + 1, `${version} were put with as many beside them, and there are ${beside}`);
        await store.close();
        last = version;
      }
    },
  },
  {
    id: "store.documents.damaged",
    title: "A damaged document is named where it belongs, and keeps no other from being read, listed or claimed.",
    guards: "One damaged row, and no notification goes out any more.",
    needs: ["durable", "damage"],
    run: async ({ open, damage }) => {
      const store = await open();
      for (const n of [1, 2, 3]) written(await documentsOf(store).put(TENANT, document(`d${n}`, { dueAt: T0 + n }), 0), "a document");
      await store.close();
      await damage("document/keys/d1");
      const documents = documentsOf(await open());
      const page = await documents.list(TENANT, { collection: "keys" });
      same([idsOf(page.items), idsOf(page.unreadable ?? [])], [["d2", "d3"], ["document/keys/d1"]], "the list");
      const failed = await documents.get(TENANT, "keys", "d1").then(() => undefined, (error: unknown) => error); // prettier-ignore
      holds(isCountersignError(failed, "STORE_UNAVAILABLE"), `reading it: ${String(failed)} instead of STORE_UNAVAILABLE`);
      has(failed.details, { retryable: false }, "reading it");
      same(failed.details.unreadable?.id, "document/keys/d1", "what can't be read");
      same(idsOf(await documents.claimDue(TENANT, { ...CLAIM, limit: 2 })), ["d2"], "a claim of two");
      same(idsOf(await documents.claimDue(TENANT, { ...CLAIM, limit: 2 })), ["d3"], "the next claim");
      same((await documents.get(TENANT, "keys", "d2"))?.id, "d2", "another one");
    },
  },
];
