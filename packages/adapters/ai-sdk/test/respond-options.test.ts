// What a route adds to the answer, and the ids of what it answers with.
import type { ResponseOptions } from "@countersign/ai-sdk";
import type { UIMessage } from "ai";
import { amendRun } from "@countersign/core/adapter";
import { describe, expect, test } from "vitest";
import * as chat from "./support/chat.ts";
import { onVersion } from "./support/on-version.ts";

const { call, click, settled } = chat;
type Finish = Parameters<NonNullable<ResponseOptions["onFinish"]>>[0];

const noted = (messages: readonly UIMessage[]) =>
  messages
    .flatMap(({ parts }) => parts)
    .flatMap((part): [string, unknown][] => (part.type === "data-note" ? [[part.id ?? "", part.data]] : []));

describe.each([
  ["7", chat],
  ["6", await onVersion<typeof chat>("ai-v6", new URL("./support/chat.ts", import.meta.url))],
])("on version %s", (_, { open }) => {
  test("metadata arrives with the answer, also when it goes on, and is there after a reload", async () => {
    let at = 0;
    const messageMetadata = ({ part }: { readonly part: { readonly type: string } }) =>
      part.type === "start" ? { at: ++at, first: true } : part.type === "finish" ? { finished: at } : undefined;
    const world = await open(chat.paying, { respond: { messageMetadata } });
    const page = world.page("bob");
    await page.sendMessage({ text: "pay Acme" });
    expect(page.messages.at(-1)?.metadata).toEqual({ at: 1, first: true, finished: 1 });
    expect((await world.load()).at(-1)?.metadata).toEqual({ at: 1, first: true, finished: 1 });
    await click(page, true);
    expect(page.messages.at(-1)?.metadata).toEqual({ at: 2, first: true, finished: 2 });
    expect((await world.load()).at(-1)?.metadata).toEqual(page.messages.at(-1)?.metadata);
  });

  test("data parts of the application's own come in the stream, are replaced by their id, and are kept unless they are transient", async () => {
    let write = (_part: { type: `data-${string}`; id?: string; data: unknown; transient?: boolean }): void => {};
    const heard: unknown[] = [];
    const world = await open(chat.paying, {
      effect: () => write({ type: "data-note", id: "n", data: "paid" }),
      respond: {
        execute: async ({ writer }) => {
          write = writer.write;
          writer.write({ type: "data-note", id: "n", data: "paying" });
          writer.write({ type: "data-note", data: "once" });
          writer.write({ type: "data-busy", data: true, transient: true });
        },
      },
    });
    const page = world.page("bob", [], (part) => heard.push(part));
    await page.sendMessage({ text: "pay Acme" });
    expect(noted(page.messages)).toEqual([["n", "paying"], [expect.any(String), "once"]]); // prettier-ignore
    expect(noted(await world.load())).toEqual(noted(page.messages));
    expect(heard).toContainEqual(expect.objectContaining({ type: "data-busy", data: true }));
    await click(page, true);
    expect(noted(page.messages)).toContainEqual(["n", "paid"]);
    expect(Object.fromEntries(noted(await world.load()))).toEqual(Object.fromEntries(noted(page.messages)));
    expect(JSON.stringify(world.transcript())).not.toContain("paying");
  });

  test("the answer lasts as long as what the application does beside it, and has its error", async () => {
    const done = Promise.withResolvers<void>();
    const world = await open([{ text: "hello" }], { respond: { execute: () => done.promise } });
    const page = world.page("bob");
    const sending = page.sendMessage({ text: "hi" });
    while ((await world.load()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(page.status).not.toBe("ready");
    done.reject(new Error("secret"));
    await sending;
    expect([page.status, page.error?.message]).toEqual(["error", "An error occurred."]);
    expect((await world.load()).length).toBe(2);
  });

  test("headers and status are those of the Response", async () => {
    const world = await open([{ text: "hello" }], { respond: { headers: { "x-run": "7" }, status: 201 } });
    const message: UIMessage = { id: "m", role: "user", parts: [{ type: "text", text: "hi" }] };
    const response = await world.respond({ threadId: "chat-1", message, by: { id: "bob" } });
    expect([response.status, response.headers.get("x-run"), response.headers.get("content-type")]).toEqual([201, "7", "text/event-stream"]);
    await response.text();
  });

  test("onFinish comes once for each answer, with what is saved and the outcome, also of an error", async () => {
    const finished: Finish[] = [];
    const world = await open([...chat.paying, { fails: "the power went" }], { respond: { onFinish: (each) => void finished.push(each) } });
    const page = world.page("bob");
    await page.sendMessage({ text: "pay Acme" });
    expect(finished).toMatchObject([{ outcome: { status: "suspended" }, isContinuation: false, isAborted: false }]);
    await click(page, true);
    expect(finished[1]).toMatchObject({ outcome: { status: "completed", text: "all paid" }, isContinuation: true });
    expect(finished[1]?.messages).toEqual(await world.load());
    expect(finished[1]?.responseMessage).toEqual((await world.load()).at(-1));
    await page.sendMessage({ text: "and now?" });
    expect(finished[2]).toMatchObject({ outcome: undefined, responseMessage: undefined });
    expect(finished).toHaveLength(3);
  });

  test("onFinish of a run that was called off says so", async () => {
    const finished: Finish[] = [];
    const stop = new AbortController();
    const world = await open([{ calls: [call("a", 5)] }, { text: "paid" }], {
      effect: () => stop.abort(),
      respond: { signal: stop.signal, onFinish: (each) => void finished.push(each) },
    });
    const page = world.page("bob");
    await page.sendMessage({ text: "pay" });
    await settled(page);
    expect(finished).toMatchObject([{ isAborted: true, outcome: undefined }]);
  });

  test("ids of answers and of what an application asked are those of their thread, in every process", async () => {
    const world = await open([{ text: "hello" }, { text: "bye" }]);
    const other = await open([{ text: "hello" }, { text: "bye" }], { store: world.store });
    for (const threadId of ["one", "two"]) {
      await world.runner.start(threadId, "hi");
      await other.runner.start(threadId, "and?");
    }
    const ids = async ({ runner }: typeof world) =>
      [...(await runner.messages("one")), ...(await runner.messages("two"))].map(({ id }) => id);
    expect(new Set(await ids(world)).size).toBe(8);
    expect(await ids(other)).toEqual(await ids(world));
  });

  test("a conversation that began before ids were told apart keeps those that its pages have", async () => {
    const world = await open([{ calls: [call("a", 4_200)] }, { text: "paid" }]);
    await world.runner.start("chat-1", "pay Acme");
    await amendRun(world.gate, "chat-1", { id: "bob" }, ({ format, data }) => ({ format, data: { ...(data as object), ids: undefined } }));
    expect((await world.load()).map(({ id }) => id)).toEqual(["question-1", "answer-1"]);
    const page = world.page("bob", await world.load());
    await click(page, true);
    expect(page.messages.map(({ id }) => id)).toEqual(["question-1", "answer-1"]);
  });
});
