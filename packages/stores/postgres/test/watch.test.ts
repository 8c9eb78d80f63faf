import { setTimeout as sleep } from "node:timers/promises";
import { approve, createGate, createWorker, definePolicy } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, output, put, request, start } from "@countersign/store-tests";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { call, createRunner, scripted } from "../../../../internal/core-tests/test/mini.ts";
import { startProxy } from "./proxy.ts";
import { connectTo, eventually, newSchema, openStore, query } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name = 'countersign-listen'";

/** Counts the hints that a store gives. */
function hintsOf(store: StorePort): { count: number } {
  const hints = { count: 0 };
  store.watch(() => hints.count++);
  return hints;
}

/** Two stores of one schema, as two processes have them; the second one listens. */
async function pair(): Promise<{ readonly here: StorePort; readonly there: StorePort; readonly hints: { count: number } }> {
  const schema = newSchema();
  const here = openStore(server.url, { schema });
  const there = openStore(server.url, { schema });
  await Promise.all([here.now(), there.now()]);
  const hints = hintsOf(there);
  await eventually(() => hints.count > 0);
  await sleep(50);
  return { here, there, hints };
}

test("another store's commit is heard quickly", async () => {
  const { here, hints } = await pair();
  const waits: number[] = [];
  for (let n = 0; n < 20; n++) {
    const before = hints.count;
    const since = performance.now();
    await commit(here, [put(request(`r${n}`))]);
    await eventually(() => hints.count > before, 2_000);
    waits.push(performance.now() - since);
  }
  expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(250);
});

test("a listening connection that is ended is made again, soon also the tenth time, and hears again", async () => {
  const { here, hints } = await pair();
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

test("many commits at once are told in few notifications", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema, max: 16 });
  await store.now();
  const ear = await connectTo(server.url);
  let heard = 0;
  ear.on("notification", () => heard++);
  await ear.query(`LISTEN "countersign_${schema}"`);
  const writer = async (name: number): Promise<void> => {
    for (let n = 0; n < 30; n++) await commit(store, [put(request(`r${name}-${n}`))]);
  };
  const since = performance.now();
  await Promise.all(Array.from({ length: 16 }, (_, name) => writer(name)));
  const ms = performance.now() - since;
  await eventually(() => heard > 0);
  await sleep(100);
  expect(heard).toBeLessThan(Math.min(480 / 2, ms / 5 + 2));
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

test("a store that nobody closed keeps no process alive", async () => {
  const since = performance.now();
  expect(await output(start(new URL("children/forgetful.ts", import.meta.url), [server.url, newSchema()]))).toBe("committed\n");
  expect(performance.now() - since).toBeLessThan(5_000);
});

test("what was committed right before the end is told to others, and the process ends well", async () => {
  const schema = newSchema();
  await openStore(server.url, { schema }).now();
  const ear = await connectTo(server.url);
  let heard = 0;
  ear.on("notification", () => heard++);
  await ear.query(`LISTEN "countersign_${schema}"`);
  expect(await output(start(new URL("children/brief.ts", import.meta.url), [server.url, schema]))).toBe("closed\n");
  await eventually(() => heard > 0, 1_000);
});
