import { createGate, definePolicy } from "@countersign/core";
import { bundleChildren } from "@countersign/test-run";
import { describe, expect, it } from "vitest";
import { Child } from "../processes/child-process.ts";
import { newPlace, openStore, removePlace } from "../processes/place.ts";
import type { PayerOrder } from "./payer-process.ts";

const PROGRAM = new URL("payer-process.ts", import.meta.url);

/** Processes that pay at once out of one limit. */
export async function testPayers(name: string, postgres: () => string | undefined): Promise<void> {
  await bundleChildren([PROGRAM]);

  describe(`payers on ${name}`, () => {
    it("pay together what the limit allows, and not one payment more or less", async ({ onTestFinished }) => {
      const place = newPlace(postgres());
      onTestFinished(() => removePlace(place));
      const order = { place, payments: 20, amount: 10, limit: 305 };
      const payers = ["a", "b", "c"].map((each) => new Child(PROGRAM, { ...order, name: each } satisfies PayerOrder));
      for (const payer of payers) await payer.says({ done: true }, 60_000);
      const paid = payers.flatMap((payer) => payer.heard({ paid: 10 }));
      expect(paid).toHaveLength(30);
      await using store = openStore(place);
      const { counted } = (await store.getThread("default", "t")) ?? {};
      expect(counted?.totals[0]?.total).toBeGreaterThan(20);
      await createGate({ policy: definePolicy({}), store, warn: () => {} }).verify();
    });
  });
}
