// An export of the trail ends with the right to read it, and never looks whole then.
import { expect, test } from "vitest";
import { rightsOf } from "../src/access/rights.ts";
import type { Caller } from "../src/access/caller.ts";
import type { Context } from "../src/http/endpoint.ts";
import { HttpError } from "../src/http/problem.ts";
import { Streams } from "../src/live/streams.ts";
import { exported, type Read } from "../src/routes/exported.ts";
import { CALLERS } from "./support/desk.ts";

const OFFICERS = { operators: [], auditors: ["audit"] };

/** An export of a hundred pages, in which each page takes as long as a beat. */
async function exporting(renewed: (caller: Caller) => Caller, streams: Streams = new Streams(), pages = 100): Promise<Error | number> {
  const gate = {};
  const { signal } = new AbortController();
  const contextOf = (caller: Caller): Context =>
    ({
      gate,
      caller,
      streams,
      signal,
      rights: rightsOf(caller, OFFICERS),
      renewed: async () => contextOf(renewed(caller)),
    }) as unknown as Context;
  let reads = 0;
  const read: Read = async () => {
    reads++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { events: [], position: String(reads), isEnd: reads === pages };
  };
  const options = { after: undefined, isWanted: () => true, beat: 1 };
  try {
    await new Response(exported(contextOf(CALLERS.auditor), read, options)).text();
    return reads;
  } catch (error) {
    return error as Error;
  }
}

test("is read to its end while they may", async () => {
  expect(await exporting((caller) => caller)).toBe(100);
});

test("is cut off when their key is revoked, their role is gone, or the server ends", async () => {
  const revoked = exporting(() => {
    throw new HttpError("UNAUTHENTICATED");
  });
  expect(await revoked).toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await exporting(() => CALLERS.reviewer)).toMatchObject({ code: "FORBIDDEN" });
  const streams = new Streams();
  const cut = exporting((caller) => caller, streams);
  streams.close();
  expect(await cut).toMatchObject({ code: "CLOSING" });
});

test("leaves no stream open behind it", async () => {
  const streams = new Streams();
  for (let n = 0; n < 40; n++) await exporting((caller) => caller, streams, 1);
  expect(() => streams.open(CALLERS.auditor, new AbortController().signal)).not.toThrow();
});
