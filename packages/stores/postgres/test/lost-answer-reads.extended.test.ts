// Whatever changes nothing is asked again when its connection is lost, and so is the opening.
import { setTimeout as sleep } from "node:timers/promises";
import { commit, put, request, TENANT } from "@countersign/store-tests";
import { testDatabase } from "@countersign/test-run";
import { expect, test } from "vitest";
import { pairOn } from "./pair.ts";
import { startProxy, type Moment } from "./proxy.ts";
import { newSchema, openStore } from "./setting.ts";

const database = await testDatabase();

test.each<Moment>(["before", "after"])("every read is asked again when its connection is cut %s it", async (moment) => {
  const { proxy, store } = await pairOn(database);
  const due = { tenant: TENANT, holder: "h", leaseMs: 1, limit: 10 };
  const reads: readonly (() => Promise<unknown>)[] = [
    // What it remembers of the server's clock is over then.
    () => sleep(1_050).then(() => store.now()),
    () => store.getRequest(TENANT, "r1"),
    () => store.getThread(TENANT, "t"),
    () => store.requestsOfThread(TENANT, "pay-001"),
    () => store.requestsOfTurn(TENANT, "pay-001", "msg_1"),
    () => store.listRequests(TENANT, { status: "pending" }),
    () => store.listRequests(TENANT, { reviewableBy: { id: "alice" } }),
    () => store.countRequests(TENANT, {}, 10),
    () => store.grantsFor(TENANT, { namespace: undefined, tool: "send_payment", agent: "payments" }),
    () => store.listEvents(TENANT, undefined, 10),
    () => store.listEvents(TENANT, undefined, 10, "r1"),
    () => store.claimDue("expiry", due),
    () => store.claimDue("claim", due),
    () => store.closedThreads?.(TENANT, 1, 10) ?? Promise.resolve(),
  ];
  for (const [index, read] of reads.entries()) {
    const expected = await read();
    proxy.lose("SELECT", moment);
    const found = await read();
    if (index > 0) expect(found).toEqual(expected);
    expect(proxy.cuts).toBe(index + 1);
  }
});

test("opening is done again when its connection is cut at any statement", async () => {
  const proxy = await startProxy(database);
  for (const part of [
    "server_version_num",
    "SELECT version",
    "BEGIN",
    "pg_advisory",
    "CREATE SCHEMA",
    "CREATE TABLE",
    "UPDATE",
    "COMMIT",
  ]) {
    for (const moment of ["before", "after"] as const) {
      const cuts = proxy.cuts;
      proxy.lose(part, moment);
      const schema = newSchema();
      await commit(openStore(proxy.url, { schema }), [put(request("r1"))]);
      expect(proxy.cuts).toBe(cuts + 1);
      expect(await openStore(database, { schema }).getRequest(TENANT, "r1")).toBeDefined();
    }
  }
});
