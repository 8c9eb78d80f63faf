// `now()` is rarely a round trip: it is told from the last answer. It is never ahead of the server's clock, and at most
// CLOCK_LAG behind it, whatever happens to the process, its clocks or its connections.
import { setTimeout as sleep } from "node:timers/promises";
import { CLOCK_LAG, type StorePort } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, output, putThread, start, TENANT, thread } from "@countersign/store-tests";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { moment, ServerClock } from "../src/clock.ts";
import { looks, type Looks } from "./looks.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { connectTo, eventually, newSchema, openStore, query } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());
afterEach(() => void vi.restoreAllMocks());

const S = 1_800_000_000_000;

describe("the clock of a server that answered", () => {
  /** This machine's clocks, as far from where they were as they are set. */
  function machine() {
    const offsets = { monotonic: 0, wall: 0 };
    vi.spyOn(performance, "now").mockImplementation(() => 1_000 + offsets.monotonic);
    vi.spyOn(Date, "now").mockImplementation(() => S + offsets.wall);
    const pass = (ms: number): void => void ((offsets.monotonic += ms), (offsets.wall += ms));
    return { offsets, pass };
  }

  function told(tookMs: number) {
    const { offsets, pass } = machine();
    const clock = new ServerClock();
    const sent = moment();
    pass(tookMs);
    clock.tell(S, sent);
    return { clock, offsets, pass };
  }

  test("goes on from the answer, and not faster than the server's may go", () => {
    const { clock, pass } = told(2);
    expect(clock.now()).toBe(S);
    pass(400);
    expect(clock.now()).toBeGreaterThanOrEqual(S + 398);
    expect(clock.now()).toBeLessThan(S + 400);
  });

  test.each([
    ["nothing was heard yet", () => undefined],
    ["the round trip took too long", () => told(CLOCK_LAG)],
    ["a second has passed", () => after(({ pass }) => pass(1_001))],
    ["the machine slept", () => after(({ offsets }) => (offsets.wall += 500))],
    ["the time was set", () => after(({ offsets }) => (offsets.wall -= 500))],
    ["a connection was lost", () => after(({ clock }) => clock.forget())],
  ])("isn't told when %s", (_, of) => {
    expect((of()?.clock ?? new ServerClock()).now()).toBeUndefined();
  });

  function after(happens: (of: ReturnType<typeof told>) => unknown) {
    const of = told(2);
    expect(of.clock.now()).toBe(S);
    happens(of);
    return of;
  }

  test("isn't told by a round trip in which the machine slept, or a connection was lost", () => {
    const { offsets, pass } = machine();
    const clock = new ServerClock();
    const slept = moment();
    offsets.wall += 500;
    clock.tell(S, slept);
    expect(clock.now()).toBeUndefined();
    const lost = moment();
    pass(1);
    clock.forget();
    clock.tell(S, lost);
    expect(clock.now()).toBeUndefined();
  });
});

/** A statement that asks for the time alone. */
const asks = (schema: string): string => `SELECT "${schema}".now_ms() AS now`;

async function behindProxy(): Promise<{ readonly store: StorePort; readonly proxy: Proxy; readonly asked: () => number }> {
  const schema = newSchema();
  await openStore(server.url, { schema }).now();
  const proxy = await startProxy(server.url);
  const store = openStore(proxy.url, { schema, max: 1 });
  await store.now();
  return { store, proxy, asked: () => proxy.asked(asks(schema)) };
}

const nothing = { tenant: TENANT, changes: [], events: [] };

test("after a commit or a claim, the time is known without asking", async () => {
  const { store, asked } = await behindProxy();
  const brings = async (work: () => Promise<unknown>): Promise<boolean> => {
    // Nothing of before counts any more.
    await sleep(1_050);
    await work();
    const before = asked();
    await store.now();
    return asked() === before;
  };
  // On a busy machine a round trip may take too long to count.
  await eventually(() => brings(() => store.commit(nothing)), 30_000);
  await eventually(async () => {
    await commit(store, [putThread(thread(`t-${crypto.randomUUID()}`))]);
    return brings(() => store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1, limit: 1 }));
  }, 30_000);
});

test("answers that take too long tell nothing: the server is asked each time", async () => {
  const { store, proxy, asked } = await behindProxy();
  proxy.slow(60);
  await sleep(1_050);
  for (let n = 0; n < 3; n++) {
    const before = asked();
    await store.commit(nothing);
    await store.now();
    expect(asked()).toBe(before + 1);
  }
});

test("when the time of this machine is set, the server is asked", async () => {
  const { store, asked } = await behindProxy();
  const [dateNow, before] = [Date.now, asked()];
  await store.commit(nothing);
  vi.spyOn(Date, "now").mockImplementation(() => dateNow() + 3_600_000);
  expectNear(await looks(server.url, () => store.now()));
  expect(asked()).toBe(before + 1);
});

test("when a connection was lost, the server is asked", async () => {
  const { store, asked } = await behindProxy();
  const before = asked();
  await store.commit(nothing);
  await query(server.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign'");
  await sleep(100);
  expectNear(await looks(server.url, () => store.now()));
  expect(asked()).toBeGreaterThan(before);
});

test("a process that is stopped while a commit is answered doesn't believe the answer", async () => {
  const schema = newSchema();
  await commit(openStore(server.url, { schema }), [putThread(thread("t"))]);
  const client = await connectTo(server.url);
  await client.query(`BEGIN; SELECT FROM "${schema}".threads FOR UPDATE`);
  const child = start(new URL("children/stopped.ts", import.meta.url), [server.url, schema]);
  const answer = output(child);
  const waits = "SELECT FROM pg_stat_activity WHERE application_name = 'countersign' AND wait_event_type = 'Lock'";
  await eventually(async () => (await query(server.url, waits)).length > 0);
  child.kill("SIGSTOP");
  await sleep(50);
  await client.query("COMMIT");
  await sleep(300);
  child.kill("SIGCONT");
  expectNear(JSON.parse(await answer) as Looks);
});

function expectNear({ first, told, last }: Looks): void {
  expect(told).toBeGreaterThanOrEqual(first - CLOCK_LAG);
  expect(told).toBeLessThanOrEqual(last);
}
