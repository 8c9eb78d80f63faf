import { approve, definePolicy, edit } from "@countersign/core";
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
