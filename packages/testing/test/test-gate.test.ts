import { approve, definePolicy, edit, type StandardSchemaV1 } from "@countersign/core";
import { scriptedReviewer, testGate } from "@countersign/testing";
import { expect, it } from "vitest";

const policy = definePolicy({ tools: { pay: { ask: true, review: { expiresIn: "1h" } }, read: "allow" } });
const pay = { threadId: "t", tool: "pay", args: { amount: 5 }, key: "1" };

it("shows what was asked and what ran, edits included", async () => {
  const gate = testGate(policy, { reviewer: scriptedReviewer({ pay: () => edit({ amount: 4 }) }) });
  const paid = await gate.ask(pay);
  if (paid.status !== "approved") throw new Error(paid.status);
  await gate.execute(paid, () => "paid");
  expect(gate.asked).toMatchObject([{ tool: "pay", args: { amount: 5 } }]);
  expect(gate.executed).toMatchObject([{ tool: "pay", args: { amount: 4 } }]);
});

/** As most schemas do: other members are taken out, and what is missing is added. */
const Payment: StandardSchemaV1<{ amount: number }, { amount: number; currency: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({ value: { amount: (value as { amount: number }).amount, currency: "USD" } }),
  },
};

it("shows what the tool got, not what its schema takes out or adds", async () => {
  const reviewer = scriptedReviewer({ pay: () => edit({ amount: 4, discount: "a tenth" }) });
  const gate = testGate(definePolicy({ tools: { pay: { args: Payment, ask: true } } }), { reviewer });
  const paid = await gate.ask(pay);
  if (paid.status !== "approved") throw new Error(paid.status);
  await gate.execute(paid, (got) => got);
  expect(gate.executed).toEqual([{ tool: "pay", args: { amount: 4, currency: "USD" } }]);
  expect((await gate.get(paid.id))?.receipt).toMatchObject({
    result: { amount: 4, currency: "USD" },
    args: { amount: 4, currency: "USD" },
  });
});

it("has a clock that the test moves", async () => {
  const gate = testGate(policy);
  const asked = await gate.ask(pay);
  gate.advance(3_600_001);
  expect(await gate.ask(pay)).toMatchObject({ id: asked.id, status: "expired" });
});

it("a script that has run dry leaves the request to people", async () => {
  const gate = testGate(policy, { reviewer: scriptedReviewer([approve()]) });
  expect((await gate.ask(pay)).status).toBe("approved");
  expect((await gate.ask({ ...pay, key: "2" })).status).toBe("pending");
});
