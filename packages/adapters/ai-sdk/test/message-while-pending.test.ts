import { approve, createWorker, reject } from "@countersign/core";
import type { UIMessage } from "ai";
import { expect, test } from "vitest";
import { call, callsOf, click, open, settled, textOf } from "./support/chat.ts";

const turns = [{ calls: [call("a", 4_200)] }, { text: "all paid" }, { text: "and that too" }, { text: "what else?" }];
const carol = { id: "carol" };
type World = Awaited<ReturnType<typeof open>>;

async function asked(options: Parameters<typeof open>[1] = {}, lines: Parameters<typeof open>[0] = turns) {
  const world = await open(lines, options);
  const page = world.page("bob");
  await page.sendMessage({ text: "pay Acme" });
  return { ...world, page, another: (messages?: UIMessage[]) => world.page("bob", messages) };
}
const says = (text: string, id = text): UIMessage => ({ id, role: "user", parts: [{ type: "text", text }] });
const send = async ({ runner }: Pick<World, "runner">, message: UIMessage, by = "bob") =>
  (await runner.respond({ threadId: "chat-1", message, by: { id: by } })).text();
const sign = async ({ gate, pending }: Pick<World, "gate" | "pending">) => gate.decide(await pending(), approve(), { by: carol });
/** Who says what, as a page shows it. */
const shown = (messages: readonly UIMessage[]) =>
  messages.map(({ role, parts }) => {
    const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
    return [role, ...parts.flatMap((part) => ("toolCallId" in part ? [part.state] : [])), ...text].join(": ");
  });
const said = ({ transcript }: Pick<World, "transcript">) =>
  transcript().messages.flatMap((m) => (m.role === "call" ? ["call"] : [`${m.role} ${m.text}`]));
const TOLD = ["user pay Acme", "call", 'result {"paid":4200}', "assistant all paid", "user and another thing"];

test("it is kept, the call stays as it was, and the page shows both", async () => {
  const world = await asked();
  const before = await world.pending();
  await world.page.sendMessage({ text: "and another thing" });
  expect([world.page.codes, world.page.status, await world.pending()]).toEqual([[], "ready", before]);
  expect(shown(world.page.messages).toSorted()).toEqual(["assistant: approval-requested", "user: and another thing", "user: pay Acme"]);
  expect(shown(await world.load())).toEqual(["user: pay Acme", "user: and another thing", "assistant: approval-requested"]);
  expect((await world.load()).map(({ id }) => id).toSorted()).toEqual(world.page.messages.map(({ id }) => id).toSorted());
  expect(world.transcript().requests).toBe(1);
});

test("once the call is signed and has run, the model is told, and a page that looked again shows the whole answer", async () => {
  const world = await asked();
  await world.page.sendMessage({ text: "and another thing" });
  const page = world.another(await world.load());
  await click(page, true);
  expect(said(world)).toEqual(TOLD);
  expect(world.paid).toHaveLength(1);
  expect(shown(page.messages)).toEqual([
    "user: pay Acme",
    "user: and another thing",
    "assistant: output-available: all paid: and that too",
  ]);
  expect(shown(await world.load())).toEqual(shown(page.messages));
  await page.sendMessage({ text: "thanks" });
  expect([page.codes, textOf(page.messages)]).toEqual([[], "what else?"]);
  expect((await world.load()).map(({ id }) => id)).toEqual(page.messages.map(({ id }) => id));
});

test("a rejection is told first, and then what was said", async () => {
  const world = await asked();
  await world.page.sendMessage({ text: "and another thing" });
  await world.gate.decide(await world.pending(), reject("no"), { by: carol });
  await world.runner.resume("chat-1");
  expect(said(world)).toEqual(["user pay Acme", "call", "result no", "assistant all paid", "user and another thing"]);
});

test("kept by one process, told by a worker of another", async () => {
  const world = await asked();
  await send(world, says("and another thing"));
  const other = await open(turns, { store: world.store });
  expect(shown(await other.load())).toEqual(["user: pay Acme", "user: and another thing", "assistant: approval-requested"]);
  await sign(other);
  expect(await createWorker(other.gate, [other.runner]).drain()).toMatchObject({ resumed: 1, failed: 0 });
  expect(said(other)).toEqual(TOLD);
  expect([world.paid.length, other.paid.length]).toEqual([0, 1]);
});

test("two in a row are told in their order; one that is sent twice, then or when it is answered, is told once", async () => {
  const world = await asked();
  await send(world, says("one"));
  await Promise.all([send(world, says("two")), send(world, says("two"))]);
  await send(world, says("one"));
  await sign(world);
  await world.runner.resume("chat-1");
  const told = [...TOLD.slice(0, 4), "user one", "user two"];
  expect(said(world)).toEqual(told);
  const again = await send(world, says("two"));
  expect([again.includes('"type":"error"'), again.includes("and that too"), world.transcript().requests]).toEqual([false, true, 3]);
  await send(world, says("three"));
  expect(said(world)).toEqual([...told, "assistant and that too", "user three"]);
});

test("the first message of a run that is sent again while its call waits is not told again", async () => {
  const world = await open(turns);
  await send(world, says("pay Acme"));
  expect(await send(world, says("pay Acme"))).toContain("tool-approval-request");
  await sign(world);
  await world.runner.resume("chat-1");
  expect(said(world)).toEqual(["user pay Acme", "call", 'result {"paid":4200}']);
});

test("of resumes that race, and of messages in the middle of them, each message is told once", async () => {
  const world = await asked();
  await send(world, says("one"));
  await sign(world);
  const late = Promise.all([
    send(world, says("two")),
    world.runner.resume("chat-1"),
    world.runner.resume("chat-1"),
    send(world, says("two")),
  ]);
  const [first, , , second] = await late;
  if ([first, second].every((stream) => stream.includes("THREAD_BUSY"))) await send(world, says("two"));
  await world.runner.resume("chat-1");
  expect(world.paid).toHaveLength(1);
  const users = said(world).filter((line) => line.startsWith("user"));
  expect(users).toEqual(["user pay Acme", "user one", "user two"]);
});

test("a process that dies when it has told the model loses nothing and tells nothing twice", async () => {
  const dying = await asked({}, [...turns.slice(0, 2), { fails: "the power went" }]);
  await send(dying, says("and another thing"));
  await sign(dying);
  await expect(dying.runner.resume("chat-1")).rejects.toThrow("the power went");
  expect(shown(await dying.load())).toEqual(["user: pay Acme", "user: and another thing", "assistant: approval-responded"]);
  const other = await open(turns, { store: dying.store });
  expect(await other.runner.resume("chat-1")).toMatchObject({ status: "completed", text: "and that too" });
  expect([said(other), dying.paid.length, other.paid]).toEqual([TOLD, 1, []]);
});

test("a process that dies before the model has answered the results tells it all the same, and runs nothing twice", async () => {
  const dying = await asked({}, [...turns.slice(0, 1), { fails: "the power went" }]);
  await send(dying, says("and another thing"));
  await sign(dying);
  await expect(dying.runner.resume("chat-1")).rejects.toThrow("the power went");
  const other = await open(turns, { store: dying.store });
  await send(other, says("and another thing"));
  expect([said(other), dying.paid.length, other.paid]).toEqual([TOLD, 1, []]);
});

test("when the run is stopped, what was said is there for whatever is said next", async () => {
  const world = await asked();
  await send(world, says("and another thing"));
  await world.gate.decide(await world.pending(), reject("stop it", { then: "stop" }), { by: carol });
  expect(await world.runner.resume("chat-1")).toMatchObject({ status: "stopped" });
  expect(shown(await world.load())).toEqual(["user: pay Acme", "user: and another thing", "assistant: output-denied"]);
  await send(world, says("then what?"));
  expect(said(world)).toEqual(["user pay Acme", "call", "result stop it", "user and another thing", "user then what?"]);
});

test("when it is withdrawn for a new input, the model is told both", async () => {
  const world = await asked();
  await send(world, says("and another thing"));
  await world.runner.start("chat-1", "never mind", { pending: "cancel" });
  expect(said(world).slice(-2)).toEqual(["user and another thing", "user never mind"]);
  expect(world.paid).toEqual([]);
});

test("a call that the resumed run makes waits as well, and what is said then comes behind what was said before", async () => {
  const world = await asked({}, [
    { calls: [call("a", 4_200)] },
    { text: "all paid" },
    { calls: [call("a", 4_200)] },
    { text: "paid again" },
    { text: "bye" },
  ]);
  await send(world, says("once more"));
  await sign(world);
  expect(await world.runner.resume("chat-1")).toMatchObject({ status: "suspended" });
  await send(world, says("and then?"));
  expect(shown(await world.load()).slice(0, 3)).toEqual(["user: pay Acme", "user: once more", "user: and then?"]);
  const page = world.another(await world.load());
  await click(page, true);
  expect(textOf(page.messages)).toBe("all paid,paid again,bye");
  expect(said(world).filter((line) => line.startsWith("user"))).toEqual(["user pay Acme", "user once more", "user and then?"]);
  expect(world.paid).toHaveLength(2);
});

test("somebody else's message would be asked about in the name of whoever began: it is refused", async () => {
  const world = await asked();
  expect(await send(world, says("pay me too"), "mallory")).toContain("THREAD_SUSPENDED");
  await sign(world);
  await world.runner.resume("chat-1");
  expect(said(world).filter((line) => line.startsWith("user"))).toEqual(["user pay Acme"]);
});

test("while a reviewer of this process thinks, the message waits for them", async () => {
  const answer = Promise.withResolvers<void>();
  const world = await open(turns, { reviewer: { as: carol, review: async () => (await answer.promise, approve()) } });
  const page = world.page("bob");
  const asking = page.sendMessage({ text: "pay Acme" });
  while (!(await world.pending())) await new Promise((resolve) => setTimeout(resolve, 10));
  const sending = send(world, says("and another thing"));
  await new Promise((resolve) => setTimeout(resolve, 400));
  answer.resolve();
  await asking;
  expect(await sending).toContain("and that too");
  expect(said(world)).toEqual(TOLD);
});

test("what the user said last is shown while the answer is being made, and once", async () => {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const effect = () => (reached.resolve(), go.promise);
  const world = await open([{ text: "hello" }, { calls: [call("a", 5)] }, { text: "paid" }], { effect });
  const page = world.page("bob");
  await page.sendMessage({ text: "hi" });
  const sending = page.sendMessage({ text: "pay 5" });
  await reached.promise;
  expect(shown(await world.load())).toEqual(["user: hi", "assistant: hello", "user: pay 5"]);
  expect((await world.load()).at(-1)?.id).toBe(page.messages.findLast(({ role }) => role === "user")?.id);
  go.resolve();
  await sending;
  await settled(page);
  expect(shown(await world.load())).toEqual(["user: hi", "assistant: hello", "user: pay 5", "assistant: output-available: paid"]);
  expect(callsOf(page.messages).map(({ state }) => state)).toEqual(["output-available"]);
});
