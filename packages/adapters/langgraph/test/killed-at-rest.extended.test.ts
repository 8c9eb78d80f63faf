// A runner whose process dies between LangGraph's checkpoint of a pause and the commit of the questions that it is about.
import { fileURLToPath } from "node:url";
import { approve, createWorker, type ApprovalRequest } from "@countersign/core";
import { bundleChildren, filesInMemory } from "@countersign/test-run";
import type { StateSnapshot } from "@langchain/langgraph";
import { describe, expect, test as base, type ExpectStatic } from "vitest";
import { openResting, type Resting } from "./support/dies-at-rest.ts";
import { inProcess } from "./support/process.ts";
import { effectsAt, modelRequestsAt, newPlace, type Place } from "./support/world.ts";

const script = new URL("./support/dies-at-rest.ts", import.meta.url);
filesInMemory();
await bundleChildren([script]);
const payments = JSON.stringify(["a", "b"].map((recipient) => ["send_payment", { amount: 4_200, recipient }]));

function recipientsIn(calls: readonly { readonly args: Readonly<Record<string, unknown>> }[]): readonly string[] {
  return calls.map(({ args }) => String(args["recipient"])).toSorted();
}

const config = { configurable: { thread_id: "t" } };

type Opened = ReturnType<typeof openResting>;
type Open = (order: Omit<Resting, "before" | "do" | "input">) => Opened;

const test = base.extend<{ open: Open }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest wants the braces
  open: async ({}, use) => {
    const opened: Opened[] = [];
    await use((order) => {
      const world = openResting(order);
      opened.push(world);
      return world;
    });
    for (const each of opened) await each.close();
  },
});

async function killed(order: Resting): Promise<void> {
  expect(await inProcess(order as never, fileURLToPath(script))).toEqual({ signal: "SIGKILL" });
}

async function pendingIn({ gate }: Opened): Promise<readonly ApprovalRequest[]> {
  return (await gate.list({ threadId: "t", status: "pending" })).items;
}

/** A worker finds that the lease has lapsed. */
async function woken(world: Opened, { poll }: Pick<ExpectStatic, "poll">): Promise<readonly ApprovalRequest[]> {
  const worker = createWorker(world.gate, [world.runner], { onError: () => {} });
  await poll(async () => (await worker.drain()).resumed, { timeout: 60_000 }).toBe(1);
  return pendingIn(world);
}

async function approveAll({ gate }: Opened, requests: readonly ApprovalRequest[]): Promise<void> {
  for (const request of requests) await gate.decide(request, approve(), { by: { id: "alice" } });
}

/** What the graph's own pauses say that it waits for. */
async function shownIn({ graph }: Opened): Promise<readonly string[]> {
  const { tasks } = await (graph as { getState(config: object): Promise<StateSnapshot> }).getState(config);
  const pauses = tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value as { actionRequests: { requestId: string }[] }));
  return pauses.flatMap(({ actionRequests }) => actionRequests.map(({ requestId }) => requestId));
}

const paid = (place: Place): readonly string[] => recipientsIn(effectsAt(place));

describe.each([
  { shape: "agent", durability: "sync", before: "the questions", to: ["a", "b"], models: 2 },
  { shape: "agent", durability: "async", before: "the checkpoint of the pause", to: ["a", "b"], models: 2 },
  { shape: "react agent", durability: "async", before: "the questions", to: ["a", "b"], models: 2 },
  { shape: "react agent", durability: "sync", before: "the checkpoint of the pause", to: ["a", "b"], models: 2 },
  { shape: "nested agent", durability: "async", before: "the questions", to: ["a", "b"], models: 2 },
  { shape: "agents side by side", durability: "async", before: "the questions", to: ["left", "right"], models: 4 },
] as const)("$shape, durability $durability, dead before $before", { concurrent: true, timeout: 120_000 }, ({ to, models, ...order }) => {
  test("a worker goes on from the checkpoint, and asks what the graph shows, once", async ({ open, expect }) => {
    const place = newPlace();
    await killed({ ...order, place, do: "start", input: payments });
    const world = open({ ...order, place });
    expect(await pendingIn(world)).toEqual([]);

    const pending = await woken(world, expect);
    expect(recipientsIn(pending)).toEqual(to);
    expect(new Set(await shownIn(world))).toEqual(new Set(pending.map(({ id }) => id)));
    expect([effectsAt(place), modelRequestsAt(place)]).toEqual([[], models / 2]);

    await approveAll(world, pending);
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed", usage: { outputTokens: expect.any(Number) as number } });
    expect([paid(place), modelRequestsAt(place)]).toEqual([to, models]);
  });
});

describe.each(["sync", "async"] as const)(
  "an agent inside a signed tool, durability %s",
  { concurrent: true, timeout: 120_000 },
  (durability) => {
    test("dead before the question of the inner agent, the signed call goes on under its signature", async ({ open, expect }) => {
      const place = newPlace();
      const order = { place, durability, shape: "agent in a signed tool" } as const;
      const task = JSON.stringify([["send_payment", { amount: 4_200, recipient: "a" }]]);
      const world = open(order);
      await world.runner.start("t", JSON.stringify([["delegate", { task }]]));
      const [outer, ...others] = await pendingIn(world);
      expect([outer?.tool, others]).toEqual(["delegate", []]);
      await approveAll(world, await pendingIn(world));

      await killed({ ...order, before: "the questions", do: "resume", input: "" });
      // Nobody has to find out what came of it: the graph had come to rest.
      expect(await world.gate.get(String(outer?.id))).toMatchObject({ status: "approved", execution: "none", begun: true });
      const pending = await woken(world, expect);
      expect(pending).toMatchObject([{ tool: "send_payment", args: { recipient: "a" } }]);
      await approveAll(world, pending);
      expect(await world.runner.resume("t")).toMatchObject({ status: "completed", text: "paid 4200 to a" });
      expect([paid(place), modelRequestsAt(place)]).toEqual([["a"], 4]);
    });
  },
);
