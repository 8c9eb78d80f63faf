// What keeps a store from hearing: a connection that ends, a pooler that drops what is to be heard, a server that is away.
import { setTimeout as sleep } from "node:timers/promises";
import { approve, createGate, createWorker, definePolicy } from "@countersign/core";
import { startPostgres } from "@countersign/postgres-server";
import { commit, put, request } from "@countersign/store-tests";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { call, createRunner, scripted } from "../../../../internal/core-tests/test/mini.ts";
import { hintsOf, listening } from "./listening.ts";
import { startProxy } from "./proxy.ts";
import { eventually, newSchema, openStore, query } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name = 'countersign-listen'";

test("a listening connection that is ended is made again, soon also the tenth time, and hears again", async () => {
  const { here, hints } = await listening(server.url);
  for (let n = 0; n < 10; n++) {
    const before = hints.count;
    await query(server.url, LISTENERS.replace("pid", "pg_terminate_backend(pid)"));
    // A hint comes with the new connection: something may have been missed.
    await eventually(() => hints.count > before, 3_000);
  }
  await sleep(50);
  const before = hints.count;
  await commit(here, [put(request("r1"))]);
  await eventually(() => hints.count > before, 1_000);
});

test("a pooler that drops what is to be heard is told of once, and the worker finds its work all the same", async () => {
  const schema = newSchema();
  const proxy = await startProxy(server.url);
  proxy.swallow("A");
  const warnings: string[] = [];
  const deaf = openStore(proxy.url, { schema, warn: (message) => warnings.push(message) });
  const policy = definePolicy({ tools: { pay: "ask" } });
  const paid: object[] = [];
  const agent = { model: scripted([call("c", "pay", { amount: 1 })], "done"), tools: { pay: (args: object) => paid.push(args) } };
  const gate = createGate({ policy, store: deaf });
  const runner = createRunner(gate, agent);
  const worker = createWorker(gate, [runner], { sweepEvery: 200 }).start();
  onTestFinished(() => worker.stop());
  const outcome = await runner.start("t", "go");
  const [pending] = outcome.status === "suspended" ? outcome.pending : [];
  if (!pending) throw new Error("nothing pending");
  await createGate({ store: openStore(server.url, { schema }) }).decide(pending, approve(), { by: { id: "alice" } });
  await eventually(() => paid.length > 0);
  await eventually(() => warnings.length > 0);
  // The next round, with a connection of its own.
  await sleep(5_500);
  expect(warnings).toEqual([expect.stringMatching(/LISTEN.*sweep/)]);
  expect(paid).toEqual([{ amount: 1 }]);
});

test("while the server is away nobody is told that a pooler is to blame", async () => {
  const warnings: string[] = [];
  const store = openStore(server.url, { schema: newSchema(), warn: (message) => warnings.push(message) });
  const hints = hintsOf(store);
  await commit(store, [put(request("r1"))]);
  await server.kill();
  const before = hints.count;
  await sleep(500);
  await server.start();
  await eventually(() => hints.count > before);
  expect(warnings).toEqual([]);
});
