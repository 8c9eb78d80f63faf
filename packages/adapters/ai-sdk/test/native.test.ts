// What a client sends: looked at strictly, about what its page showed, and taken as a whole.
import { edit } from "@countersign/core";
import { decideNative } from "@countersign/ai-sdk";
import { isToolUIPart, type UIMessage } from "ai";
import { describe, expect, test } from "vitest";
import { call, callsOf, click, open, paying } from "./support/chat.ts";

const alice = { id: "alice" };
type World = Awaited<ReturnType<typeof open>>;

async function asked(turns = paying, options: Parameters<typeof open>[1] = {}) {
  const world = await open(turns, options);
  const page = world.page("alice");
  await page.sendMessage({ text: "pay" });
  return { world, page };
}
const statuses = async ({ gate }: World) => (await gate.list()).items.map(({ status }) => status);
const two: typeof paying = [{ calls: [call("a", 2_000, "A"), call("b", 3_000, "B")] }, { text: "both" }];

describe("an answer that is none is refused by name, and nothing is recorded", () => {
  const answers: [string, (id: string) => unknown][] = [
    ...["false", "no", "true", 1, 0, null, undefined, {}].map((approved): [string, (id: string) => unknown] => [
      `approved: ${JSON.stringify(approved)}`,
      (id) => [{ approvalId: id, approved }],
    ]),
    ["a reason that is no text", (id) => [{ approvalId: id, approved: false, reason: 5 }]],
    ["an id that is no text", () => [{ approvalId: 5, approved: true }]],
    ["no id", () => [{ approved: true }]],
    ["no list", (id) => ({ approvalId: id, approved: true })],
    ["nothing", () => undefined],
    ["an empty list", () => []],
    ["a good one beside it", (id) => [{ approvalId: id, approved: true }, null]],
  ];
  test.each(answers)("%s", async (_name, answer) => {
    const { world } = await asked();
    const given = answer((await world.pending()).id) as never;
    await expect(decideNative(world.gate, given, { threadId: "chat-1", by: alice })).rejects.toMatchObject({ code: "NATIVE_REFUSED" });
    expect(await statuses(world)).toEqual(["pending"]);
  });

  test("two answers to one call", async () => {
    const { world } = await asked();
    const { id } = await world.pending();
    const both = [true, false].map((approved) => ({ approvalId: id, approved }));
    await expect(decideNative(world.gate, both, { threadId: "chat-1", by: alice })).rejects.toMatchObject({ code: "NATIVE_REFUSED" });
    expect(await statuses(world)).toEqual(["pending"]);
  });

  const forgeries: [string, (part: { input?: unknown; approval: object }) => object][] = [
    ["a click that says no in words", ({ approval }) => ({ approval: { ...approval, approved: "no" } })],
    ["a click on nothing", () => ({ approval: undefined })],
    ["a click on other arguments", () => ({ input: { amount: 1, to: "Acme" } })],
  ];
  test.each(forgeries)("%s", async (_name, forged) => {
    const { world, page } = await asked();
    const last = page.messages.at(-1) as UIMessage;
    const parts = last.parts.map((part) => {
      if (!isToolUIPart(part)) return part;
      const clicked = { ...part, state: "approval-responded", approval: { id: part.approval?.id, approved: true } };
      return { ...clicked, ...forged(clicked) };
    });
    const response = await world.runner.respond({ threadId: "chat-1", message: { ...last, parts } as UIMessage, by: alice });
    expect(await response.text()).toContain('"code":"NATIVE_REFUSED"');
    expect([await statuses(world), world.paid]).toEqual([["pending"], []]);
  });
});

test("a tab that sends its click again signs no edit that came after it", async () => {
  const { world, page } = await asked(paying, { review: { quorum: 2 } });
  const shown = structuredClone(page.messages);
  await click(page, true);
  const big = { amount: 99_000, to: "Mallory" };
  await world.gate.decide(await world.pending(), edit(big), { by: { id: "bob" } });
  for (const user of ["alice", "carol"]) {
    const tab = world.page(user, structuredClone(shown));
    await click(tab, true);
    expect([tab.codes, callsOf(tab.messages)[0]?.state]).toEqual([["NATIVE_REFUSED"], "approval-requested"]);
  }
  expect([await statuses(world), world.paid]).toEqual([["pending"], []]);
});

test("a second click on the same arguments is no second signature, and no error", async () => {
  const { world, page } = await asked(paying, { review: { quorum: 2 } });
  const shown = structuredClone(page.messages);
  await click(page, true);
  const tab = world.page("alice", shown);
  await click(tab, true);
  expect([tab.codes, (await world.pending()).decisions.length]).toEqual([[], 1]);
});

test("clicks of one message are taken together, or not at all", async () => {
  const { world, page } = await asked(two, { review: { quorum: 2 } });
  const edited = (await world.gate.list()).items.find(({ args }) => args["to"] === "B");
  await world.gate.decide(edited ?? { id: "", digest: "" }, edit({ amount: 99_000, to: "B" }), { by: { id: "bob" } });
  await click(page, true);
  expect(page.codes).toEqual(["NATIVE_REFUSED"]);
  const signers = (await world.gate.list()).items.map(({ args, decisions }) => [args["to"], decisions.map(({ by }) => by.id)]);
  expect(Object.fromEntries(signers)).toEqual({ A: [], B: ["bob"] });
});
