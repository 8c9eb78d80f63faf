// A list that takes several questions: one order, page by page, and nothing lost when a question fails.
import { expect, test } from "vitest";
import type { ListRequests, Requests, Summary } from "@countersign/server/client";
import { createReader } from "../../src/page/requests/list/reader.ts";
import { summary } from "../support/summary.ts";

const rows: Readonly<Record<string, readonly Summary[]>> = {
  approved: [9, 6, 5, 1].map((at) => summary(`a${at}`, { asked: { at, text: "" } })),
  rejected: [8, 7, 2].map((at) => summary(`r${at}`, { asked: { at, text: "" } })),
  expired: [],
};
const asks: readonly ListRequests[] = (["approved", "rejected", "expired"] as const).map((status) => ({ status, order: "newest" }));

/** Answers two rows at the most. `failing`: the number of the call that fails. */
function clientOf(failing?: number) {
  const calls: ListRequests[] = [];
  return {
    calls,
    listRequests(query: ListRequests = {}): Promise<Requests> {
      calls.push(query);
      if (calls.length === failing) return Promise.reject(new Error("away"));
      const all = rows[query.status ?? ""] ?? [];
      const from = Number(query.after ?? 0);
      const to = from + Math.min(query.limit ?? 50, 2);
      return Promise.resolve({
        items: all.slice(from, to),
        ...(to < all.length && { next: String(to) }),
        ...(query.count && { count: { atLeast: all.length, isCapped: false } }),
      });
    },
  };
}
const idsOf = (read: readonly Summary[]): string => read.map(({ id }) => id).join(" ");

test("rows of several answers come in one order, and are counted together", async () => {
  const reader = createReader(clientOf(), asks);
  expect(idsOf(await reader.read(3))).toBe("a9 r8 r7");
  expect([reader.isEnd, reader.count.atLeast]).toEqual([false, 7]);
  expect(idsOf(await reader.read(10))).toBe("a6 a5 r2 a1");
  expect(reader.isEnd).toBe(true);
  expect(idsOf(await reader.read(10))).toBe("");
});

test("what was read before a failure comes with the next call", async () => {
  for (let failing = 1; failing <= 6; failing++) {
    const reader = createReader(clientOf(failing), asks);
    const read: Summary[] = [];
    for (let call = 0; call < 6 && !reader.isEnd; call++) read.push(...(await reader.read(4).catch(() => [])));
    expect(idsOf(read)).toBe("a9 r8 r7 a6 a5 r2 a1");
  }
});

test("one question is asked for as many as are wanted, and for no more than the server answers", async () => {
  const client = clientOf();
  await createReader(client, [{ status: "rejected" }]).read(1_000);
  expect(client.calls).toEqual([
    { status: "rejected", limit: 200, after: undefined, count: true },
    { status: "rejected", limit: 200, after: "2" },
  ]);
});
