// What has come since the list was read: only what belongs in it is counted.
import { beforeEach, expect, test } from "vitest";
import type { ListRequests, LiveEvent, Requests, Summary } from "@countersign/server/client";
import { createArrivals } from "../../src/page/requests/list/arrivals.ts";
import { filtersOf } from "../../src/page/requests/list/filters.ts";
import { summary } from "../support/summary.ts";

/** What the server would answer, to whatever it is asked. */
let matching: Summary[] = [];
let calls: ListRequests[] = [];
beforeEach(() => {
  matching = [];
  calls = [];
});
const client = {
  listRequests(query: ListRequests = {}): Promise<Requests> {
    calls.push(query);
    return Promise.resolve({ items: matching.filter(({ id }) => id.startsWith(query.idPrefix ?? "")).slice(0, query.limit) });
  },
};
const has = (id: string): boolean => id.startsWith("shown");

function event(id: string, type: string, given: Partial<NonNullable<LiveEvent["request"]>> = {}): LiveEvent {
  return { subject: id, seq: 1, type, at: 100, request: { id, version: 1, status: "pending", execution: "none", ...given } };
}
function arrivalsOf(query: string, newest = 50) {
  const arrivals = createArrivals(client);
  arrivals.reset(filtersOf(new URLSearchParams(query)).filters, Promise.resolve(newest));
  return arrivals;
}
const asked = (id: string, at = 100): Summary => summary(id, { asked: { at, text: "" } });

test("of those that are asked, the ones that match count", async () => {
  const arrivals = arrivalsOf("tool=send_payment");
  matching = [asked("new1"), asked("shown1"), asked("old1", 10)];
  for (const id of ["new1", "new2", "new3"]) arrivals.hear(event(id, "asked"), false);
  await arrivals.ask(has);
  expect(arrivals.fresh.value).toEqual({ count: 1, isMore: false });
  // Many at once take one question.
  expect(calls).toEqual([{ status: "pending", mine: true, tool: "send_payment", order: "newest", limit: 100 }]);
  expect(arrivals.hasToAsk).toBe(false);
});

test("one that somebody decides before it is shown counts no longer", async () => {
  const arrivals = arrivalsOf("");
  matching = [asked("new1"), asked("new2")];
  arrivals.hear(event("new1", "asked"), true);
  await arrivals.ask(has);
  arrivals.hear(event("new1", "approved", { status: "approved" }), true);
  expect(arrivals.fresh.value).toEqual({ count: 1, isMore: false });
});

test("beyond a hundred nothing more is asked", async () => {
  const arrivals = arrivalsOf("");
  matching = Array.from({ length: 150 }, (_, index) => asked(`new${index}`));
  arrivals.hear(event("new0", "asked"), false);
  await arrivals.ask(has);
  expect(arrivals.fresh.value).toEqual({ count: 100, isMore: true });
  arrivals.hear(event("new149", "asked"), false);
  expect(arrivals.hasToAsk).toBe(false);
});

test("what is further down the list already has not come", () => {
  const arrivals = arrivalsOf("view=decided");
  arrivals.hear(event("below", "done", { status: "approved", execution: "done" }), false);
  expect(arrivals.fresh.value.count).toBe(0);
  arrivals.hear(event("new1", "rejected", { status: "rejected" }), false);
  expect(arrivals.fresh.value.count).toBe(1);
  expect(calls).toEqual([]);
});

test("what is decided is looked up where more than its status counts", async () => {
  const arrivals = arrivalsOf("view=decided&status=rejected&agent=payments");
  matching = [asked("new1")];
  arrivals.hear(event("new1", "rejected", { status: "rejected" }), false);
  arrivals.hear(event("new2", "rejected", { status: "rejected" }), false);
  arrivals.hear(event("new3", "approved", { status: "approved" }), false);
  await arrivals.ask(has);
  expect(arrivals.fresh.value.count).toBe(1);
  expect(calls.map(({ idPrefix }) => idPrefix)).toEqual(["new1", "new2"]);
});

test("it is asked again after a failure, and about nothing once the list was read", async () => {
  const arrivals = arrivalsOf("");
  const failing = createArrivals({ listRequests: () => Promise.reject(new Error("away")) });
  failing.reset(filtersOf(new URLSearchParams()).filters, Promise.resolve(0));
  failing.hear(event("new1", "asked"), true);
  await expect(failing.ask(has)).rejects.toThrow("away");
  expect(failing.hasToAsk).toBe(true);

  matching = [asked("new1")];
  arrivals.hear(event("new1", "asked"), true);
  await arrivals.ask(has);
  arrivals.reset(filtersOf(new URLSearchParams()).filters, Promise.resolve(100));
  expect([arrivals.fresh.value.count, arrivals.hasToAsk]).toEqual([0, false]);
});
