// Who listens to the feed gets each event once, from wherever they start, and one reader reads for all of them.
import { createGate, CountersignError, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { createFeed, type FeedOptions } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { commit, event, TENANT } from "@countersign/store-tests";
import { describe, expect, it, onTestFinished } from "vitest";
import { listen, namesOf } from "./ears.ts";

/** A store that counts what it is asked for, and does something else where a test says so. */
function storeWith(over: (honest: StorePort) => Partial<StorePort> = () => ({})) {
  const honest: StorePort = memoryStore();
  const asked: (string | undefined)[] = [];
  let watching = 0;
  const store: StorePort = {
    ...honest,
    watch: (listener) => {
      const unwatch = honest.watch(listener);
      watching++;
      return () => (watching--, unwatch());
    },
    ...over(honest),
  };
  const { listEvents } = store;
  store.listEvents = (tenant, after, ...of) => {
    asked.push(after);
    return listEvents(tenant, after, ...of);
  };
  onTestFinished(() => honest.close());
  return {
    store,
    /** The positions from which events were asked for. */
    asked,
    /** Who wants to hear of changes. */
    watching: () => watching,
    gate: (tenant = TENANT, timings = {}): Gate => createGate({ store, tenant, timings }),
    /** So many events of a chain, each by a commit of its own. */
    async write(chain: string, from: number, count: number, tenant = TENANT): Promise<void> {
      for (let seq = from; seq < from + count; seq++) await commit(honest, [], [event(chain, seq)], tenant);
    },
  };
}

const numbered = (chain: string, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `${chain}/${from + n}`);

const away = (): never => {
  throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
};

const soon = (ms = 30): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a listener", () => {
  it("gets what is behind its position page by page, and then each event as it comes", async () => {
    const { write, gate } = storeWith();
    await write("a", 1, 600);
    const feed = createFeed(gate());
    const { position } = await feed.page(undefined, 10);
    const [ear, whole] = [listen(feed, { after: position }), listen(feed, { from: "start" })];
    await ear.until(590);
    await write("a", 601, 5);
    await Promise.all([ear.until(595), whole.until(605)]);
    expect([ear.heard, whole.heard]).toEqual([numbered("a", 11, 605), numbered("a", 1, 605)]);
    expect(ear.position).toBe(await feed.position());
    await Promise.all([ear.stop(), whole.stop()]);
  });

  it("begins with what comes from now on", async () => {
    const { write, gate } = storeWith();
    await write("a", 1, 3);
    const feed = createFeed(gate());
    const pages = feed.listen();
    const next = pages.next();
    await soon();
    await write("a", 4, 1);
    expect(namesOf((await next).value?.events ?? [])).toEqual(["a/4"]);
    await pages.return();
    const after = await feed.position();
    await write("a", 5, 2);
    const ear = listen(feed, { after });
    await ear.until(2);
    expect(ear.heard).toEqual(["a/5", "a/6"]);
    await ear.stop();
  });

  it("gets nothing of another tenant's", async () => {
    const { write, gate } = storeWith();
    const [ours, theirs] = [listen(createFeed(gate())), listen(createFeed(gate("other")))];
    await soon();
    await write("a", 1, 2);
    await write("a", 1, 1, "other");
    await write("b", 1, 1, "other");
    await Promise.all([ours.until(2), theirs.until(2)]);
    await soon();
    expect([ours.heard, theirs.heard]).toEqual([
      ["a/1", "a/2"],
      ["a/1", "b/1"],
    ]);
    await Promise.all([ours.stop(), theirs.stop()]);
  });

  it("stops when its signal says so: before it began, while it waits, and at once with a page", async () => {
    const { gate, write, watching } = storeWith();
    const feed = createFeed(gate());
    expect(await feed.listen({ signal: AbortSignal.abort() }).next()).toEqual({ done: true, value: undefined });
    const stopping = new AbortController();
    const next = feed.listen({ signal: stopping.signal }).next();
    await soon();
    stopping.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await write("a", 1, 1);
    for await (const { events } of feed.listen({ after: "0" })) {
      expect(namesOf(events)).toEqual(["a/1"]);
      break;
    }
    await soon();
    expect(watching()).toBe(0);
  });

  it("that is slow keeps nobody waiting, goes on from where it was, and has pages of its own for it", async () => {
    const { write, gate, asked } = storeWith();
    const feed = createFeed(gate());
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const [slow, quick] = [listen(feed, {}, () => held), listen(feed)];
    await soon();
    await write("a", 1, 1);
    await slow.until(1);
    await write("a", 2, 5_000);
    await quick.until(5_001);
    expect(slow.pages).toBe(1);
    asked.length = 0;
    letGo();
    await slow.until(5_001);
    // From where it was, page by page.
    expect(asked).toContain("1");
    await write("a", 5_002, 1);
    await Promise.all([slow.until(5_002), quick.until(5_002)]);
    expect([slow.heard, quick.heard]).toEqual([numbered("a", 1, 5_002), numbered("a", 1, 5_002)]);
    await Promise.all([slow.stop(), quick.stop()]);
  });

  it("that falls behind again right after it caught up goes on from there", async () => {
    const { write, gate } = storeWith();
    await write("a", 1, 3);
    const feed = createFeed(gate());
    const holds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const quick = listen(feed, { from: "start" });
    const slow = listen(feed, { from: "start" }, () => holds[slow.pages - 1]?.promise);
    await Promise.all([slow.until(3), quick.until(3)]);
    // It has read all that there was, and this comes before it has joined the reader.
    await write("a", 4, 1);
    await quick.until(4);
    holds[0]?.resolve();
    await slow.until(4);
    await write("a", 5, 1_500);
    await quick.until(1_504);
    holds[1]?.resolve();
    await slow.until(1_504);
    await soon();
    expect(slow.heard).toEqual(numbered("a", 1, 1_504));
    await Promise.all([slow.stop(), quick.stop()]);
  });

  it("joins a reader that was in the middle of a read, and gets nothing twice", async () => {
    let slowAfter = "nobody";
    const { write, gate } = storeWith(({ listEvents }) => ({
      listEvents: async (tenant, after, ...of) => {
        const page = await listEvents(tenant, after, ...of);
        if (after === slowAfter) await soon(100);
        return page;
      },
    }));
    await write("a", 1, 251);
    const feed = createFeed(gate());
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const [other, ear] = [listen(feed), listen(feed, { from: "start" }, () => held)];
    await ear.until(250);
    await soon();
    // The reader reads, and this comes too late for it. The listener has it, in its next page.
    slowAfter = "251";
    await write("x", 1, 1, "other");
    await soon(20);
    await write("a", 252, 1);
    letGo();
    await ear.until(252);
    await other.until(1);
    await write("a", 253, 1);
    await Promise.all([ear.until(253), other.until(2)]);
    expect([ear.heard, other.heard]).toEqual([numbered("a", 1, 253), numbered("a", 252, 253)]);
    await Promise.all([ear.stop(), other.stop()]);
  });

  it("with a position that isn't one is refused", async () => {
    const feed = createFeed(storeWith().gate());
    for (const after of ["nonsense", "", null, 7]) {
      const refused = { code: "INVALID_ARGS" };
      await expect(feed.listen({ after: after as string }).next()).rejects.toMatchObject(refused);
      await expect(feed.page(after as string)).rejects.toMatchObject(refused);
    }
    await expect(feed.listen({ from: "end" as "now" }).next()).rejects.toMatchObject({ code: "INVALID_ARGS" });
    await expect(feed.listen({ aftr: "1" } as object).next()).rejects.toMatchObject({ code: "INVALID_ARGS" });
    for (const limit of [0, 1_001, 1.5]) await expect(feed.page(undefined, limit)).rejects.toMatchObject({ code: "INVALID_ARGS" });
  });
});

describe("one reader", () => {
  it("reads for a thousand listeners, of several feeds, and ends with the last one", async () => {
    const { write, gate, asked, watching } = storeWith();
    await write("old", 1, 10);
    const feeds = [createFeed(gate()), createFeed(gate()), createFeed(gate())];
    const ears = Array.from({ length: 1_000 }, (_, n) => listen(feeds[n % 3] ?? createFeed(gate())));
    await soon();
    expect(watching()).toBe(1);
    asked.length = 0;
    for (let seq = 1; seq <= 10; seq++) {
      await write("a", seq, 1);
      await Promise.all(ears.map((ear) => ear.until(seq)));
    }
    // Each by a look of the reader's; a hint that came during one makes another.
    expect(asked.length).toBeLessThanOrEqual(21);
    for (const ear of ears) expect(ear.heard).toEqual(numbered("a", 1, 10));
    await Promise.all(ears.map((ear) => ear.stop()));
    asked.length = 0;
    await soon();
    await write("a", 11, 5);
    await soon();
    expect([asked.length, watching()]).toEqual([0, 0]);
  });

  it("has the last pages for those who come back", async () => {
    const { write, gate, asked } = storeWith();
    const feed = createFeed(gate());
    const keeping = listen(feed);
    await soon();
    const positions: string[] = [];
    for (let seq = 1; seq <= 20; seq++) {
      await write("a", seq, 1);
      await keeping.until(seq);
      positions.push(keeping.position ?? "");
    }
    asked.length = 0;
    const ears = positions.map((after) => listen(feed, { after }));
    await Promise.all(ears.map((ear, n) => ear.until(19 - n)));
    await soon();
    await write("a", 21, 1);
    await Promise.all(ears.map((ear, n) => ear.until(20 - n)));
    expect(ears.map(({ heard }) => heard)).toEqual(positions.map((_, n) => numbered("a", n + 2, 21)));
    // Looks of the reader's alone.
    expect(new Set(asked)).toEqual(new Set(["20"]));
    await Promise.all([keeping, ...ears].map((ear) => ear.stop()));
  });

  it("looks by itself where a store tells of nothing", async () => {
    const { write, gate } = storeWith(() => ({ watch: () => () => {} }));
    const ear = listen(createFeed(gate(TENANT, { sweepEvery: 20 })));
    await soon(60);
    await write("a", 1, 1);
    await ear.until(1);
    await ear.stop();
  });

  it("finds the end by reading where a store can't tell it", async () => {
    const { write, gate } = storeWith(() => ({ endOfEvents: undefined as never }));
    await write("a", 1, 1_500);
    const feed = createFeed(gate());
    expect(await feed.position()).toBe("1500");
    const ear = listen(feed);
    await soon();
    await write("a", 1_501, 1);
    await ear.until(1);
    expect(ear.heard).toEqual(["a/1501"]);
    await ear.stop();
  });
});

describe("a store that is away", () => {
  it("is told of once, and nothing is missed when it is back", async () => {
    let isAway = true;
    const { write, gate } = storeWith(({ listEvents, endOfEvents }) => ({
      listEvents: async (...of) => (isAway ? away() : listEvents(...of)),
      endOfEvents: async (tenant) => (isAway ? away() : (endOfEvents?.(tenant) ?? "0")),
    }));
    await write("a", 1, 3);
    const told: unknown[] = [];
    const feed = createFeed(gate(), { onError: (error) => told.push(error) });
    const [old, fresh] = [listen(feed, { after: "1" }), listen(feed)];
    await soon(150);
    isAway = false;
    await old.until(2);
    await soon();
    isAway = true;
    await write("a", 4, 3);
    // Far behind, and it reads by itself.
    const late = listen(feed, { after: "0" });
    await soon(250);
    isAway = false;
    await Promise.all([old.until(5), fresh.until(3), late.until(6)]);
    expect([old.heard, fresh.heard, late.heard]).toEqual([numbered("a", 2, 6), numbered("a", 4, 6), numbered("a", 1, 6)]);
    expect(told).toEqual([expect.objectContaining({ code: "STORE_UNAVAILABLE" })]);
    await Promise.all([old, fresh, late].map((ear) => ear.stop()));
  });

  it("keeps nobody from leaving", async () => {
    const { gate, watching } = storeWith(() => ({ listEvents: async () => away() }));
    const feed = createFeed(gate(), { onError: () => {} });
    const ears = [listen(feed), listen(feed, { after: "0" })];
    await soon(150);
    await Promise.all(ears.map((ear) => ear.stop()));
    await soon(150);
    expect(watching()).toBe(0);
  });

  it.each<[string, FeedOptions, RegExp]>([
    ["the gate's warn", {}, /can't read the store and goes on trying/],
    ["the gate's warn, if onError throws", { onError: () => { throw new Error("full"); } }, /onError threw: full/], // prettier-ignore
  ])("is told to %s", async (_, options, message) => {
    const { store } = storeWith(() => ({ listEvents: async () => away() }));
    const warned: string[] = [];
    const ear = listen(createFeed(createGate({ store, warn: (text) => warned.push(text) }), options));
    await soon(150);
    expect(warned).toEqual([expect.stringMatching(message)]);
    await ear.stop();
  });

  it("for good ends all pages with what it said, and who comes later begins anew", async () => {
    let broken: Error | undefined;
    const { write, gate } = storeWith(({ listEvents }) => ({
      listEvents: async (...of) => {
        if (broken) throw broken;
        return listEvents(...of);
      },
    }));
    await write("a", 1, 1);
    const feed = createFeed(gate());
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const ears = [listen(feed), listen(feed, { after: "0" }, () => held)];
    await ears[1]?.until(1);
    await soon();
    broken = new CountersignError("STORE_UNAVAILABLE", { retryable: false });
    await write("a", 2, 1);
    expect(await ears[0]?.ended).toBe(broken);
    letGo();
    expect(await ears[1]?.ended).toBe(broken);
    broken = undefined;
    const again = listen(feed, { after: "1" });
    await again.until(1);
    expect(again.heard).toEqual(["a/2"]);
    await again.stop();
  });

  it("that was closed ends the pages", async () => {
    const { store, gate } = storeWith();
    const ear = listen(createFeed(gate(TENANT, { sweepEvery: 20 })));
    await soon();
    await store.close();
    const closed = { code: "STORE_UNAVAILABLE", details: { retryable: false, closed: true } };
    expect(await ear.ended).toMatchObject(closed);
    await expect(createFeed(gate()).listen().next()).rejects.toMatchObject(closed);
  });
});

it("what is no gate is SETUP", () => {
  expect(() => createFeed({} as Gate)).toThrow(expect.objectContaining({ code: "SETUP" }));
});
