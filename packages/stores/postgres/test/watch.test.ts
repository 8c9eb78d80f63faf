import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "@countersign/postgres-server";
import { commit, output, put, request, start } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { listening } from "./listening.ts";
import { connectTo, eventually, newSchema, openStore } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

test("another store's commit is heard quickly", async () => {
  const { here, hints } = await listening(server.url);
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
