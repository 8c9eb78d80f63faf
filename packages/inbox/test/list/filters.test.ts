// What an address says about a list, and how an address is made of it.
import { expect, test } from "vitest";
import { asksOf, filtersOf, isInView, queryOf, viewed } from "../../src/page/requests/list/filters.ts";

const filtersIn = (query: string) => filtersOf(new URLSearchParams(query)).filters;

test.each([
  "",
  "view=waiting",
  "view=waiting&order=newest",
  "view=decided&status=rejected&decidedBy=bob",
  "view=unknown&order=oldest",
  "view=all&thread=thread-1&search=acme",
  "tool=send_payment&agent=payments&requestedBy=dora&search=acme&order=oldest&group=on",
])("the address %j stays as it is", (query) => {
  expect(queryOf(filtersIn(query)).toString()).toBe(query);
});

test("without anything, it is what waits for whoever looks, the earliest deadline first", () => {
  expect(asksOf(filtersIn(""))).toEqual([{ status: "pending", mine: true, order: "deadline" }]);
});

test("what an address says of the API's conditions is understood", () => {
  expect(filtersIn("status=pending").view).toBe("waiting");
  expect(filtersIn("status=approved")).toMatchObject({ view: "decided", status: "approved" });
  expect(filtersIn("execution=unknown").view).toBe("unknown");
});

test("what makes no sense is left out, and said", () => {
  const { filters, ignored } = filtersOf(new URLSearchParams("view=nonsense&order=banana&status=maybe&group=yes&tool=%20&utm=1"));
  expect(queryOf(filters).toString()).toBe("");
  expect(ignored).toEqual(["status=maybe", "view=nonsense", "order=banana", "group=yes"]);
  // What is decided has no deadline.
  expect(filtersOf(new URLSearchParams("view=decided&order=deadline")).ignored).toEqual(["order=deadline"]);
});

test("another view keeps the conditions, and the order if somebody chose it", () => {
  expect(queryOf(viewed(filtersIn("tool=a&search=b"), "decided")).toString()).toBe("view=decided&tool=a&search=b");
  expect(queryOf(viewed(filtersIn("order=oldest"), "decided")).toString()).toBe("view=decided&order=oldest");
  expect(queryOf(viewed(filtersIn("view=decided&status=expired"), "waiting")).toString()).toBe("view=waiting");
});

test("everything decided is asked for one status at a time", () => {
  expect(asksOf(filtersIn("view=decided")).map(({ status }) => status)).toEqual(["approved", "rejected", "expired", "cancelled"]);
  expect(asksOf(filtersIn("view=decided&status=expired"))).toEqual([{ status: "expired", order: "newest" }]);
});

test("how a request stands says whether it is still in the view", () => {
  const pending = { status: "pending", execution: "none" };
  const unknown = { status: "approved", execution: "unknown" };
  expect(isInView(filtersIn(""), pending)).toBe(true);
  expect(isInView(filtersIn(""), unknown)).toBe(false);
  expect(isInView(filtersIn("view=decided"), unknown)).toBe(true);
  expect(isInView(filtersIn("view=decided&status=rejected"), unknown)).toBe(false);
  expect(isInView(filtersIn("view=unknown"), unknown)).toBe(true);
  expect(isInView(filtersIn("view=all"), pending)).toBe(true);
});
