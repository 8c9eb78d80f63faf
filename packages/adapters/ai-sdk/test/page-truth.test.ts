// What a page shows that was open while something happened elsewhere is what a page shows that is opened afterwards.
import type { ApprovalData } from "@countersign/ai-sdk";
import { approve, edit, reject, type Decision } from "@countersign/core";
import type { UIMessage } from "ai";
import { describe, expect, test } from "vitest";
import * as chat from "./support/chat.ts";
import { onVersion } from "./support/on-version.ts";

const { call, callsOf, click, textOf } = chat;
const two = [{ calls: [call("a", 4_200), call("b", 5_000)] }, { text: "done" }];

/** The data beside the calls of the last answer. */
const approvalsOf = (messages: readonly UIMessage[]): ApprovalData[] =>
  (messages.at(-1)?.parts ?? []).flatMap((part) => (part.type === "data-approval" ? [part.data as ApprovalData] : []));

/** As JSON, and without what only a stream says of a text. */
function bare(messages: readonly UIMessage[]): unknown {
  const parts = (message: UIMessage) =>
    message.parts.map((part) => (part.type === "text" || part.type === "reasoning" ? { type: part.type, text: part.text } : part));
  return JSON.parse(JSON.stringify(messages.map((message) => ({ id: message.id, role: message.role, parts: parts(message) }))));
}

describe.each([
  ["7", chat],
  ["6", await onVersion<typeof chat>("ai-v6", new URL("./support/chat.ts", import.meta.url))],
])("on version %s", (version, { open }) => {
  type World = Awaited<ReturnType<typeof open>>;

  async function asked(turns = chat.paying, options: Parameters<typeof open>[1] = {}) {
    const world = await open(turns, options);
    const page = world.page("bob");
    await page.sendMessage({ text: "pay Acme" });
    return { world, page };
  }
  const decides = async ({ gate, pending }: World, decision: Decision, by = "carol") =>
    gate.decide(await pending(), decision, { by: { id: by, name: by.toUpperCase() } });
  /** Version 6 can't be told how somebody else answered: there the page has the question alone. */
  const answered = (approval: object) => (version === "6" ? {} : approval);

  test("of an edited call: the model's input, and beside it who changed it to what, also after a reload", async () => {
    const { world, page } = await asked(chat.paying, { review: { quorum: 2 } });
    const { id } = await world.pending();
    expect(approvalsOf(page.messages)).toEqual([
      { requestId: id, toolCallId: "a", status: "pending", reason: "The policy asks about pay", decisions: [], execution: "none" },
    ]);
    await decides(world, edit({ amount: 4_000, to: "Acme" }));
    await decides(world, approve(), "dan");
    await page.sendMessage();
    const [shown] = approvalsOf(page.messages);
    expect(shown).toMatchObject({
      requestId: id,
      status: "approved",
      execution: "done",
      editedArgs: { amount: 4_000, to: "Acme" },
      decisions: [
        { type: "edit", by: { id: "carol", name: "CAROL" } },
        { type: "approve", by: { id: "dan", name: "DAN" } },
      ],
    });
    expect(callsOf(page.messages)).toMatchObject([{ state: "output-available", input: { amount: 4_200, to: "Acme" }, output: { paid: 4_000 }, approval: { id } }]); // prettier-ignore
    const reopened = await world.load();
    expect(approvalsOf(reopened)).toEqual([shown]);
    expect(callsOf(reopened)).toMatchObject([{ input: { amount: 4_200, to: "Acme" }, approval: { id, approved: true } }]);
  });

  test("a click is shown with who made it as soon as it is recorded, before the model says more", async () => {
    let seen: readonly ApprovalData[] = [];
    const effect = async () => {
      while (seen[0]?.status !== "approved") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen = structuredClone(approvalsOf(page.messages));
      }
    };
    const world = await open(chat.paying, { effect });
    const page = world.page("bob");
    await page.sendMessage({ text: "pay Acme" });
    await click(page, true);
    expect(seen).toMatchObject([{ status: "approved", decisions: [{ type: "approve", by: { id: "bob" } }] }]);
    expect(bare(page.messages)).toMatchObject(bare(await world.load()) as object);
  });

  test("what the policy hides is hidden from pages too", async () => {
    const { world, page } = await asked(chat.paying, { redact: ["args.to"] });
    await decides(world, edit({ amount: 4_000, to: "Bolt" }));
    await page.sendMessage();
    expect(world.paid).toEqual([{ amount: 4_000, to: "Bolt" }]);
    expect(approvalsOf(page.messages)).toMatchObject([{ editedArgs: { amount: 4_000, to: "•••" } }]);
  });

  test("a late no on a call that ran changes nothing, the page says so, and shows that it ran", async () => {
    const { world, page } = await asked();
    await decides(world, approve());
    await world.runner.resume("chat-1");
    await click(page, false, "no!");
    expect(world.paid).toHaveLength(1);
    expect([page.status, page.notices]).toEqual(["ready", [{ code: "ALREADY_DECIDED", message: expect.stringContaining("carol"), requestId: (await world.gate.list()).items[0]?.id }]]); // prettier-ignore
    const { id } = (await world.gate.list()).items[0] ?? {};
    expect(callsOf(page.messages)).toMatchObject([{ state: "output-available", approval: { id } }]);
    expect(callsOf(page.messages)[0]?.approval).toMatchObject(answered({ approved: true }));
    expect(callsOf(page.messages)[0]?.approval).not.toMatchObject({ approved: false });
    expect(callsOf(page.messages)[0]?.approval).not.toMatchObject({ reason: "no!" });
    expect(textOf(page.messages)).toBe("all paid");
    expect(approvalsOf(page.messages)).toEqual(approvalsOf(await world.load()));
    if (version === "7") expect(bare(page.messages)).toEqual(bare(await world.load()));
  });

  test("a late yes on a call that was denied, also while the run hasn't gone on yet", async () => {
    for (const goesOn of [true, false]) {
      const { world, page } = await asked();
      await decides(world, reject("not this month"));
      if (goesOn) await world.runner.resume("chat-1");
      await click(page, true);
      expect(world.paid).toEqual([]);
      expect(page.notices).toMatchObject([{ code: "ALREADY_DECIDED", message: expect.stringContaining("rejected by carol") }]);
      expect(callsOf(page.messages)).toMatchObject([{ state: "output-denied" }]);
      expect(callsOf(page.messages)[0]?.approval).toMatchObject(answered({ approved: false, reason: "not this month" }));
      expect(callsOf(page.messages)[0]?.approval).not.toMatchObject({ approved: true });
      if (version === "7") expect(bare(page.messages)).toEqual(bare(await world.load()));
    }
  });

  test("a late click beside a call that still waits: that one is decided, the other one is as it was decided", async () => {
    const { world, page } = await asked(two);
    await decides(world, approve());
    const [first, second] = callsOf(page.messages);
    await page.addToolApprovalResponse({ id: first?.approval?.id ?? "", approved: false });
    await page.addToolApprovalResponse({ id: second?.approval?.id ?? "", approved: true });
    await chat.settled(page);
    expect(page.notices).toMatchObject([{ code: "ALREADY_DECIDED" }]);
    expect(world.paid).toHaveLength(2);
    expect(callsOf(page.messages).map(({ state }) => state)).toEqual(["output-available", "output-available"]);
  });

  test("two tabs: the second one's click is told that it came late, by whoever; the same answer again is not", async () => {
    const { world, page } = await asked();
    const other = world.page("alice", await world.load());
    const same = world.page("bob", await world.load());
    await click(page, true);
    await click(other, true);
    await click(same, true);
    expect([page.notices, same.notices]).toEqual([[], []]);
    expect(other.notices).toMatchObject([{ code: "ALREADY_DECIDED", message: expect.stringContaining("approved by bob") }]);
    expect(world.paid).toHaveLength(1);
    for (const each of [other, same]) expect(bare(each.messages)).toMatchObject(bare(await world.load()) as object);
  });

  test("one click can't sign what somebody has changed meanwhile, and the page shows the change", async () => {
    const { world, page } = await asked(chat.paying, { review: { quorum: 2 } });
    await decides(world, edit({ amount: 9_000, to: "Bolt" }));
    await click(page, true);
    expect([page.codes, world.paid]).toEqual([["NATIVE_REFUSED"], []]);
    expect((await world.pending()).decisions).toHaveLength(1);
    expect(callsOf(page.messages)[0]?.state).toBe("approval-requested");
    expect(approvalsOf(page.messages)).toMatchObject([{ status: "pending", editedArgs: { amount: 9_000, to: "Bolt" } }]);
  });

  test("a click that is sent again, after it was counted, doesn't sign what somebody has changed since", async () => {
    const { world, page } = await asked(chat.paying, { review: { quorum: 2 } });
    await click(page, true);
    expect((await world.pending()).decisions).toHaveLength(1);
    const [part] = callsOf(page.messages);
    const clicked = { ...part, state: "approval-responded", approval: { id: part?.approval?.id, approved: true } };
    const message = { ...page.messages.at(-1), parts: [{ type: "step-start" }, clicked] } as UIMessage;
    await decides(world, edit({ amount: 99_000, to: "Carol" }));
    await (await world.respond({ threadId: "chat-1", message, by: { id: "bob" } })).text();
    expect([world.paid, (await world.pending()).status]).toEqual([[], "pending"]);
  });

  test("a call that the policy refuses is denied, under the id that its request would have had", async () => {
    const { world, page } = await asked([{ calls: [call("a", 200_000), call("b", 5)] }, { text: "no way" }]);
    expect(callsOf(page.messages)).toMatchObject([{ state: "output-denied", approval: { id: expect.stringMatching(/^[0-9a-f]{32}$/) } }, { state: "output-available" }]); // prettier-ignore
    expect(callsOf(page.messages)[0]?.approval).toMatchObject(answered({ approved: false, reason: expect.stringMatching(/^The policy does not allow/) })); // prettier-ignore
    if (version === "7") expect(bare(page.messages)).toEqual(bare(await world.load()));
  });

  test("cancelled, expired and stopped ones are denied, in a page that clicks too late as after a reload", async () => {
    const ends: readonly ((world: World) => Promise<unknown>)[] = [
      async (world) => world.gate.cancel((await world.pending()).id, { by: { id: "carol" }, reason: "not needed" }),
      (world) => decides(world, reject("stop it", { then: "stop" })),
      (world) => world.runner.start("chat-1", "never mind", { pending: "cancel" }),
    ];
    for (const end of ends) {
      const { world, page } = await asked();
      await end(world);
      await click(page, true);
      expect(page.notices).toMatchObject([{ code: "ALREADY_DECIDED" }]);
      expect(callsOf(page.messages)[0]).toMatchObject({ state: "output-denied", approval: answered({ approved: false }) });
      const reopened = (await world.load()).find(({ id }) => id === page.messages.at(-1)?.id);
      expect(approvalsOf(page.messages)).toEqual(approvalsOf(reopened ? [reopened] : []));
      expect(world.paid).toEqual([]);
    }
  });

  test("a model that uses a call's id again in one answer: each part keeps what came of it", async () => {
    const { world, page } = await asked([{ calls: [call("a", 5)] }, { calls: [call("a", 4_200)] }, { text: "done" }]);
    const states = () => callsOf(page.messages).map(({ state }) => state);
    expect(states()).toEqual(["output-available", "approval-requested"]);
    await page.sendMessage();
    expect(states()).toEqual(["output-available", "approval-requested"]);
    await click(page, false, "no");
    expect(states()).toEqual(["output-available", "output-denied"]);
    expect(bare(page.messages)).toMatchObject(bare(await world.load()) as object);
  });

  test("a page finds the request of a part by the id of its call", async () => {
    const { world, page } = await asked(two);
    for (const { toolCallId, approval } of callsOf(page.messages)) {
      const request = (await world.gate.list({ threadId: "chat-1" })).items.find(({ callId }) => callId === toolCallId);
      expect(request?.id).toBe(approval?.id);
    }
  });
});

test.each(["ai-v6-oldest", "ai-v7-oldest"] as const)(
  "a page of %s, which would wait for a denied call, sends its click",
  async (version) => {
    const { open } = await onVersion<typeof chat>(version, new URL("./support/chat.ts", import.meta.url));
    const world = await open([{ calls: [call("a", 4_200), call("b", 200_000)] }, { text: "paid one" }]);
    const page = world.page("bob");
    await page.sendMessage({ text: "pay both" });
    await click(page, true);
    expect([textOf(page.messages), world.paid.length]).toEqual(["paid one", 1]);
    expect(callsOf(page.messages).map(({ state }) => state)).toEqual(["output-available", "output-error"]);
  },
);
