// useChat's `sendMessage({ text, messageId })`: the user puts something else in the place of what they said.
import { approve, reject } from "@countersign/core";
import type { UIMessage } from "ai";
import { describe, expect, test } from "vitest";
import * as chat from "./support/chat.ts";
import { onVersion } from "./support/on-version.ts";

const { call, callsOf, click, settled, textOf } = chat;
const carol = { id: "carol" };
const NOTE = "[The user replaced an earlier message by this one. These calls ran in between, and what they did still stands:";

const says = (text: string, id: string): UIMessage => ({ id, role: "user", parts: [{ type: "text", text }] });
/** Who says what, as a page shows it. */
const shown = (messages: readonly UIMessage[]) =>
  messages.map(({ role, parts }) => {
    const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
    return [role, ...parts.flatMap((part) => ("toolCallId" in part ? [part.state] : [])), ...text].join(": ");
  });

describe.each([
  ["7", chat],
  ["6", await onVersion<typeof chat>("ai-v6", new URL("./support/chat.ts", import.meta.url))],
])("on version %s", (_, { open }) => {
  type World = Awaited<ReturnType<typeof open>>;
  const said = ({ transcript }: World) =>
    transcript().messages.flatMap((m) => (m.role === "call" ? [`call ${JSON.stringify(m.args)}`] : [`${m.role} ${m.text}`]));
  const send = async ({ runner }: World, message: UIMessage, by = "bob") =>
    (await runner.respond({ threadId: "chat-1", message, by: { id: by } })).text();
  async function begun(turns: Parameters<typeof open>[0], options?: Parameters<typeof open>[1]) {
    const world = await open(turns, options);
    const page = world.page("bob");
    await page.sendMessage({ text: "pay Acme" });
    const [first] = page.messages;
    return { world, page, first: first?.id ?? "" };
  }

  test("it is answered, the model hears nothing of what was said before, and a reload shows the same", async () => {
    const { world, page, first } = await begun([{ text: "about something" }, { text: "more" }]);
    const answered = page.messages.at(-1)?.id;
    await page.sendMessage({ text: "and?" });
    await page.sendMessage({ text: "pay Globex", messageId: first });
    expect(said(world)).toEqual(["user pay Globex"]);
    expect(shown(page.messages)).toEqual(["user: pay Globex", "assistant: about something"]);
    expect(page.messages.at(-1)?.id).not.toBe(answered);
    expect(await world.load()).toMatchObject(page.messages.map(({ id, role }) => ({ id, role })));
    expect(shown(await world.load())).toEqual(shown(page.messages));
  });

  test("sent twice it is answered once; what it said first is answered when it is said again", async () => {
    const { world, page, first } = await begun([{ text: "yes" }]);
    await page.sendMessage({ text: "pay Globex", messageId: first });
    const before = world.transcript().requests;
    await send(world, says("pay Globex", first));
    await page.regenerate();
    expect(world.transcript().requests).toBe(before);
    await page.sendMessage({ text: "pay Acme", messageId: first });
    expect([said(world), world.transcript().requests]).toEqual([["user pay Acme"], before + 1]);
  });

  test("an earlier answer that is to be made again is shown as it is, and nothing of a later one with it", async () => {
    const { world, page } = await begun([{ text: "first" }, { calls: [call("a", 4_200)] }, { text: "paid" }]);
    await page.sendMessage({ text: "and?" });
    await world.gate.decide(await world.pending(), approve(), { by: carol });
    await page.regenerate({ messageId: page.messages[1]?.id ?? "" });
    expect(shown(page.messages)).toEqual(["user: pay Acme", "assistant: first"]);
    expect(shown(await world.load())).toEqual(["user: pay Acme", "assistant: first", "user: and?", "assistant: output-available: paid"]);
  });

  test("what waits is cancelled, and the same call is asked about anew if the user takes the change back", async () => {
    const { world, page, first } = await begun(chat.paying);
    const asked = await world.pending();
    await page.sendMessage({ text: "pay Globex", messageId: first });
    expect(await world.gate.get(asked.id)).toMatchObject({ status: "cancelled" });
    await page.sendMessage({ text: "pay Acme", messageId: first });
    const again = await world.pending();
    expect(again.id).not.toBe(asked.id);
    await click(page, true);
    expect([textOf(page.messages), world.paid.length]).toEqual(["all paid", 1]);
    expect(said(world)).toEqual(["user pay Acme", 'call {"amount":4200,"to":"Acme"}', 'result {"paid":4200}']);
  });

  test("what ran can't be taken back: the model is told, and the page shows what the user said", async () => {
    const { world, page, first } = await begun([{ calls: [call("a", 4_200), call("b", 200_000)] }, { text: "paid" }]);
    await click(page, true);
    await page.sendMessage({ text: "pay Globex", messageId: first });
    const note = `${NOTE}\n- pay {"amount":4200,"to":"Acme"}: {"paid":4200}]`;
    expect(said(world)).toEqual([`user ${note}`, "user pay Globex"]);
    expect(shown(await world.load())).toEqual(["user: pay Globex", "assistant: approval-requested: output-denied"]);
    await page.sendMessage({ text: "pay Hooli", messageId: first });
    expect(said(world)).toEqual([`user ${note}`, "user pay Hooli"]);
    await click(page, true);
    expect(world.paid).toHaveLength(2);
    await page.sendMessage({ text: "never mind", messageId: first });
    expect(said(world)).toEqual([`user ${NOTE}\n- pay {"amount":4200,"to":"Acme"}: {"paid":4200}\n- pay {"amount":4200,"to":"Acme"}: {"paid":4200}]`, "user never mind"]); // prettier-ignore
    expect(shown(await world.load())[0]).toBe("user: never mind");
  });

  test("a later message of several: what stands before it stays as it was", async () => {
    const { world, page } = await begun([{ calls: [call("a", 5)] }, { text: "paid" }, { text: "second" }, { text: "third" }]);
    await page.sendMessage({ text: "and?" });
    const before = await world.load();
    await page.sendMessage({ text: "and then?", messageId: before[2]?.id ?? "" });
    expect(said(world)).toEqual(["user pay Acme", 'call {"amount":5,"to":"Acme"}', 'result {"paid":5}', "assistant paid", "user and then?"]); // prettier-ignore
    expect((await world.load()).slice(0, 2)).toEqual(before.slice(0, 2));
    expect(shown(await world.load()).slice(2)).toEqual(["user: and then?", "assistant: second"]);
    expect((await world.load()).at(-1)?.id).toBe(page.messages.at(-1)?.id);
  });

  test("one that was kept while a call waits is kept in its new words", async () => {
    const { world } = await begun([{ calls: [call("a", 4_200)] }, { text: "all paid" }, { text: "and that too" }]);
    const before = await world.pending();
    await send(world, says("and another thing", "two"));
    await send(world, says("and the other thing", "two"));
    expect(await world.pending()).toEqual(before);
    await world.gate.decide(before, approve(), { by: carol });
    await world.runner.resume("chat-1");
    expect(said(world).slice(-2)).toEqual(["assistant all paid", "user and the other thing"]);
    const page = world.page("bob", (await world.load()).slice(0, 2));
    await page.sendMessage({ text: "nothing", messageId: "two" });
    expect(said(world).slice(-2)).toEqual(["assistant all paid", "user nothing"]);
    expect(shown(page.messages)).toEqual(["user: pay Acme", "user: nothing", "assistant: output-available: all paid: and that too"]);
    expect(shown(await world.load())).toEqual(shown(page.messages));
  });

  test("somebody else can't cancel what waits in another one's name by it", async () => {
    const { world, first } = await begun(chat.paying);
    const before = await world.pending();
    expect(await send(world, says("pay Mallory", first), "mallory")).toContain("THREAD_SUSPENDED");
    expect(await world.pending()).toEqual(before);
  });

  test("a process that dies before the model has answered begins again with the new words", async () => {
    const { world, first } = await begun([{ text: "paid" }]);
    const dying = await open([{ fails: "the power went" }], { store: world.store });
    await send(dying, says("pay Globex", first));
    expect(shown(await dying.load())).toEqual(["user: pay Globex"]);
    await world.runner.resume("chat-1");
    expect(said(world)).toEqual(["user pay Globex"]);
    expect(shown(await world.load())).toEqual(["user: pay Globex", "assistant: paid"]);
  });

  test("a tab that still shows the old answer and clicks in it changes nothing, and sees that it was cancelled", async () => {
    const { world, page, first } = await begun(chat.paying);
    const other = world.page("bob", await world.load());
    await page.sendMessage({ text: "pay Globex", messageId: first });
    await world.gate.decide(await world.pending(), reject("no"), { by: carol });
    await click(other, true);
    await settled(other);
    expect(other.codes).toEqual(["ALREADY_DECIDED"]);
    expect(world.paid).toEqual([]);
    expect(callsOf(other.messages)[0]).toMatchObject({ state: "output-denied" });
    expect(callsOf(other.messages)[0]?.approval).not.toMatchObject({ approved: true });
  });
});
