// What happens is told live, to those who may see it, and nothing is missed by whoever comes back.
import { approve } from "@countersign/core";
import { describe, expect, test } from "vitest";
import type { Heard } from "../src/client.ts";
import { desk, type CallerName, type Desk } from "./support/desk.ts";

const FIONA = { by: { id: "fiona", roles: ["finance"] } };

/** Listens until so many events have come. */
async function hear(from: Desk, caller: CallerName, count: number, after?: string): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  for await (const each of from.client(caller).listen(after === undefined ? {} : { after })) {
    heard.push(each);
    if (heard.filter(({ event }) => event).length === count) break;
  }
  return heard;
}

const told = (heard: readonly Heard[]): readonly string[] => heard.flatMap(({ event }) => (event ? [event.type] : []));

describe("a stream", () => {
  test("tells what happens from now on", async () => {
    const there = desk();
    await there.payment("before");
    const hearing = hear(there, "reviewer", 2);
    const { position } = await there.client("reviewer").listEvents();
    const request = await there.payment("one");
    await there.gate.decide(request, approve(), FIONA);
    const heard = await hearing;
    expect(told(heard).at(-1)).toBe("approved");
    expect(heard.at(-1)?.event).toMatchObject({ subject: request.id, request: { id: request.id, status: "approved" } });
    // The same is there for whoever asks for pages.
    const { items, isEnd } = await there.client("reviewer").listEvents({ after: position });
    expect(items.map(({ type }) => type)).toEqual(["asked", "approved"]);
    expect(isEnd).toBe(true);
  });

  test("goes on where its listener was, and repeats nothing that it has the position of", async () => {
    const there = desk();
    const { position } = await there.client("reviewer").listEvents();
    const first = await there.payment("one");
    const heard = await hear(there, "reviewer", 1, position);
    expect(heard.map(({ event }) => event?.subject)).toEqual([undefined, first.id]);
    const second = await there.payment("two");
    const later = await hear(there, "reviewer", 1, heard.at(-1)?.position);
    expect(later.flatMap(({ event }) => (event ? [event.subject] : []))).toEqual([second.id]);
  });

  test("shows nothing foreign, and moves on behind it", async () => {
    const there = desk();
    const { position } = await there.client("reviewer").listEvents();
    await there.firing("foreign");
    await there.secretPayment("secret", 5);
    const mine = await there.payment("mine");
    const heard = await hear(there, "reviewer", 1, position);
    expect(heard.flatMap(({ event }) => (event ? [event.subject] : []))).toEqual([mine.id]);
    expect(JSON.stringify(heard)).not.toContain("fire_person");
    const all = await there.client("auditor").listEvents({ after: position });
    expect(all.items.filter(({ type }) => type === "asked")).toHaveLength(3);
    const elsewhere = await there.client("foreign tenant").listEvents();
    expect(elsewhere.items).toEqual([]);
  });

  test("tells of a freeze to those whom it concerns", async () => {
    const there = desk();
    await there.payment("one");
    const { position } = await there.client("reviewer").listEvents();
    const ops = { by: { id: "oscar", roles: ["ops"] } };
    const foreign = await there.gate.freeze({ tool: "fire_person" }, { ...ops, reason: "wait" });
    const freeze = await there.gate.freeze({ tool: "send_payment" }, { ...ops, reason: "wait" });
    await there.gate.liftFreeze(foreign.id, ops);
    await there.gate.liftFreeze(freeze.id, ops);
    expect((await there.client("reviewer").listEvents({ after: position })).items.map(({ type }) => type)).toEqual(["frozen", "lifted"]);
    expect((await there.client("operator").listEvents({ after: position })).items).toHaveLength(4);
  });

  test("is answered as a stream that nothing on its way may keep", async () => {
    const there = desk();
    const headers = { authorization: "Bearer reviewer", accept: "text/event-stream" };
    const stream = await there.server.fetch(new Request("https://approvals.example/v1/events", { headers }));
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^retry: \d+\nid: .+\n\n$/);
    await reader?.cancel();
  });

  test("refuses a position that isn't one before it begins", async () => {
    const there = desk();
    const answer = await there.call("reviewer", "GET", "/v1/events", undefined, {
      accept: "text/event-stream",
      "last-event-id": "nonsense",
    });
    expect(answer).toMatchObject({ status: 422, body: { code: "INVALID_ARGS" } });
  });

  test("ends with the server, and none begins after that", async () => {
    const there = desk();
    const listening = there.client("reviewer").listen();
    await listening.next();
    const ended = listening.next();
    await there.server.close();
    expect(await ended).toEqual({ done: true, value: undefined });
    expect(await there.call("reviewer", "GET", "/v1/events", undefined, { accept: "text/event-stream" })).toMatchObject({
      status: 503,
      body: { code: "CLOSING" },
    });
  });

  test("is refused to whoever has too many open, until they let go of one", async () => {
    const there = desk();
    const open = async (): Promise<AsyncGenerator<Heard, void, void>> => {
      const listening = there.client("reviewer").listen();
      await listening.next();
      return listening;
    };
    const all = await Promise.all(Array.from({ length: 32 }, open));
    await expect(open()).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect((await there.client("auditor").listen().next()).done).toBe(false);
    await all[0]?.return();
    await open();
    await there.server.close();
  });

  test("is not opened for whoever has gone, or whose time is over: nobody would end it", async () => {
    const there = desk();
    const gone = AbortSignal.abort();
    for (let n = 0; n < 40; n++) {
      const headers = { authorization: "Bearer reviewer", accept: "text/event-stream" };
      await there.server.fetch(new Request("https://approvals.example/v1/events", { headers, signal: gone }));
    }
    const answer = await there.server.fetch(
      new Request("https://approvals.example/v1/events", { headers: { authorization: "Bearer reviewer", accept: "text/event-stream" } }),
    );
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
  });
});
