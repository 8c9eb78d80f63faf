import { AssertionError } from "node:assert/strict";
import { expect, it } from "vitest";
import { z } from "zod";
import { schemaHint } from "../src/adapter-suite/schema-hint.ts";

const args = z.object({ amount: z.number(), currency: z.string().default("EUR") });
const differing = (actual: unknown, expected: unknown) => new AssertionError({ message: "the payments", actual, expected });
const hinted = (error: unknown) => schemaHint(error, { tools: [{ name: "pay", args }] }).flatMap(({ lines }) => lines);

it("arguments that lack only what the schema sets get a hint", () => {
  const lines = hinted(differing([{ amount: 1 }], [{ amount: 1, currency: "EUR" }]));
  expect(lines).toEqual(["The schema of `pay` has not been applied to them: it sets what is missing."]);
});

it.each([
  ["another amount", differing([{ amount: 2 }], [{ amount: 1, currency: "EUR" }])],
  ["another number of payments", differing([{ amount: 1 }, { amount: 1 }], [{ amount: 1, currency: "EUR" }])],
  ["no payment", differing([], [])],
  ["another error", new Error("no")],
])("%s gets none", (_, error) => expect(hinted(error)).toEqual([]));
