// A stream ends with the session, however much happens meanwhile.
import { createFeed } from "@countersign/core/surface";
import { expect, test } from "vitest";
import { rightsOf } from "../src/access/rights.ts";
import type { Context } from "../src/http/endpoint.ts";
import { HttpError } from "../src/http/problem.ts";
import { eventStream } from "../src/live/event-stream.ts";
import { CALLERS, desk } from "./support/desk.ts";

const BEAT = 40;

/** What a listener is told while a payment is asked every few ms, until their stream ends or the test gives up. */
async function heardWhile(isOver: () => boolean, { until, moves = false }: { until?: number; moves?: boolean } = {}): Promise<string> {
  const { gate, payment } = desk();
  const caller = { ...CALLERS.auditor, ...(until !== undefined && { until }) };
  const known = { gate, caller, rights: rightsOf(caller, { operators: [], auditors: ["audit"] }) };
  const renewed = async (): Promise<Context> => {
    if (isOver()) throw new HttpError("UNAUTHENTICATED");
    return moves ? { ...context, gate: desk().gate } : context;
  };
  const context = { ...known, renewed } as unknown as Context;
  const stream = new AbortController();
  let isEnded = false;
  const asking = (async () => {
    for (let n = 0; n < 100 && !isEnded; n++) {
      await payment(`p${n}`);
      await new Promise((resolve) => setTimeout(resolve, BEAT / 4));
    }
    stream.abort();
  })();
  const text = await new Response(eventStream(context, await createFeed(gate).position(), stream, BEAT)).text();
  isEnded = true;
  await asking;
  return text;
}

test("whoever has lost their session hears no more, also where something happens all the time", async () => {
  const start = Date.now();
  expect(await heardWhile(() => Date.now() - start > BEAT)).toMatch(/event: end\ndata: \{"code":"UNAUTHENTICATED"\}\n\n$/);
});

test("the end of a session is the end of its stream, though nobody asks anew", async () => {
  const until = Date.now() + BEAT / 2;
  expect(await heardWhile(() => Date.now() >= until, { until })).toContain("event: end");
});

test("whoever belongs to another tenant by now hears no more of the one before", async () => {
  const text = await heardWhile(() => false, { moves: true });
  expect(text.match(/"type":"asked"/g)?.length).toBeLessThan(100);
});
