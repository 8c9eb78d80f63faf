import assert from "node:assert/strict";
import { approve, definePolicy, edit, type JsonObject } from "@countersign/core";
import { z } from "zod";
import type { AdapterCase, Call, Setting } from "../setting.ts";
import { assertStatus, onlyPending, resultOf } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";

const turns = [calls(payment("call_0", 4_200)), says()];

const ODD = JSON.parse(`{
  "constructor": 1, "": "empty key", "text": "Zoë \\u2028 \\ud83d\\udcb8 \\u0000 \\"quoted\\" </script>",
  "null": null, "nested": [[[{ "a": [null, false, 0, ""] }]]], "numbers": [1e21, 1e-7, -0.5, 9007199254740991], "z": 1, "a": 2
}`) as JsonObject;

const anything = z.custom<JsonObject>((value) => typeof value === "object" && value !== null);

/** One tool that takes whatever it is given, and is always asked about. */
function storing(args: JsonObject): Setting {
  const call: Call = { id: "call_0", tool: "store", args: { value: args } };
  const schema = z.object({ value: anything });
  return {
    turns: [calls(call), says()],
    tools: [{ name: "store", args: schema, answer: () => "stored" }],
    policy: definePolicy({ tools: { store: { args: schema, ask: true } } }),
  };
}

function roundTrip(id: string, title: string, guards: string, args: () => JsonObject): AdapterCase {
  return {
    id,
    title,
    guards,
    setting: () => storing(args()),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const text = JSON.stringify(args());
      assert.equal(canonical(call.args["value"]), canonical(JSON.parse(text)));
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assert.equal(stage.effects().length, 1);
      assert.equal(canonical(stage.effects()[0]?.args["value"]), canonical(JSON.parse(text)), "other arguments ran than were signed");
    },
  };
}

/** Values that a framework may be unable to keep: a clear error will do, other arguments will not. */
function refusable(id: string, title: string, args: () => JsonObject): AdapterCase {
  return {
    id,
    title,
    guards: "What runs is not what was shown, or the digest is of something else.",
    setting: () => storing(args()),
    async run(stage) {
      const asked = await stage.start();
      for (const call of asked.pending) await stage.decide(call, approve());
      if (asked.status === "suspended") await stage.resume();
      const ran = stage.effects();
      assert.ok(ran.length <= asked.pending.length, "a call ran that nobody was asked about");
      for (const effect of ran) assert.equal(canonical(effect.args["value"]), canonical(args()), "other arguments ran than were signed");
    },
  };
}

/** Member order is not part of JSON's meaning. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
}

function result(id: string, title: string, pay: () => unknown): AdapterCase {
  return {
    id,
    title,
    guards: "A result that can't be kept makes the call look as if it had failed, and it is repeated.",
    setting: () => payments(turns, { pay, timings: SHORT_LEASES }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      // An adapter may stumble over it once; what is recorded then leads it on.
      const first = await stage.resume();
      const answer = first.status === "completed" ? first : await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      resultOf(answer, "call_0");
      assertStatus(await stage.resume(), "completed");
      assert.equal(stage.effects().length, 1);
      assert.equal((await stage.gate.get(call.id))?.execution, "done");
    },
  };
}

class Money {
  readonly cents = 420_000;
  readonly #currency = "USD";
  toJSON(): unknown {
    return { cents: this.cents, currency: this.#currency };
  }
}

/**
 * The model fails when it is told. What the next request tells it comes from the receipt, in another process.
 * @param edited a person has changed the arguments, so that the result is told with more than the tool's own
 */
function toldAgain(id: string, what: string, pay: () => unknown, edited = false): AdapterCase {
  return {
    id,
    title: `A replay tells the model of ${what} what the first telling told.`,
    guards: "After a failure the model reads numbers instead of a picture, or the run is stuck on what its tool can't read back.",
    ...(edited && { needs: ["edit"] as const }),
    setting: (variant) =>
      payments([calls(payment("call_0", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], {
        pay,
        timings: SHORT_LEASES,
      }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, edited ? edit({ amount: 4_000, to: "Acme Corp" }) : approve());
      const first = await stage.resume({ variant: "failing" });
      assertStatus(first, "error");
      const again = await stage.resume();
      assertStatus(again, "completed");
      assert.equal(resultOf(again, "call_0"), resultOf(first, "call_0"), "a replay tells something else");
      assert.equal(stage.effects().length, 1);
    },
  };
}

const PICTURE = [137, 80, 78, 71, 13, 10, 26, 10, 0, 255];
const everything = (): unknown => ({
  picture: new Uint8Array(PICTURE),
  files: [{ name: "invoice.pdf", data: Buffer.from("%PDF") }],
  at: new Date("2026-11-29T09:00:00.123Z"),
  none: undefined,
  price: new Money(),
});

function cyclic(): unknown {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  return loop;
}

/** Arguments and results that are hard to keep. */
export const values: readonly AdapterCase[] = [
  roundTrip(
    "values.odd-args",
    "Odd arguments (empty keys, unicode, extreme numbers) are asked, signed and executed unchanged.",
    "What runs is not what was shown, or the digest is of something else.",
    () => ODD,
  ),
  roundTrip(
    "values.large-args",
    "Arguments of 1 MB are asked, signed and executed unchanged.",
    "A large call is cut, or blocks its thread for ever.",
    () => ({ text: "ä".repeat(1_000_000) }),
  ),
  roundTrip(
    "values.many-keys",
    "Arguments with 10,000 keys are asked, signed and executed unchanged.",
    "A large call blocks its thread for ever.",
    () => Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${n}`, n])),
  ),
  roundTrip(
    "values.deep-args",
    "Deeply nested arguments are asked, signed and executed unchanged.",
    "A deep call overflows somebody's stack.",
    () => JSON.parse('{"a":'.repeat(30) + "1" + "}".repeat(30)) as JsonObject,
  ),
  refusable(
    "values.proto-args",
    "Arguments with a member `__proto__` are executed as they were signed, or not at all.",
    () => JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as JsonObject,
  ),
  refusable(
    "values.too-deep-args",
    "Arguments nested a thousand levels deep are executed as they were signed, or not at all.",
    () => JSON.parse('{"a":'.repeat(1_000) + "1" + "}".repeat(1_000)) as JsonObject,
  ),
  result("values.void-result", "A tool that answers nothing has run, once.", () => undefined),
  result("values.null-result", "A tool that answers null has run, once.", () => null),
  result("values.bigint-result", "A tool that answers what JSON can't carry (a BigInt) has run, once.", () => 10n),
  result("values.cyclic-result", "A tool that answers a cyclic object has run, once.", cyclic),
  result("values.large-result", "A tool that answers 1 MB has run, once.", () => "x".repeat(1_000_000)),
  toldAgain("values.told-again-bytes", "bytes", () => new Uint8Array(PICTURE)),
  toldAgain("values.told-again-object", "an object with bytes, files, a date and an object of a class", everything),
  toldAgain("values.told-again-edited", "an edited call's picture", everything, true),
  toldAgain("values.told-again-bigint", "a bigint in an object", () => ({ units: 10n ** 20n })),
  toldAgain("values.told-again-nothing", "a tool that answers nothing", () => undefined),
  toldAgain("values.told-again-map", "a Map and a Set", () => ({ rates: new Map([["EUR", 1.1]]), seen: new Set(["a"]) })),
  result("values.object-result", "A tool that answers an object with a Date has run, once.", () => ({ at: new Date(0), amount: 1 })),
];
