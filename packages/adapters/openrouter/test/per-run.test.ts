// What callModel is given anew for each run, made from the thread.
import { hintOf } from "@countersign/adapter-tests";
import { createWorker, definePolicy, type Principal, type ThreadRef } from "@countersign/core";
import { createRunner, gateCall, gateTools } from "@countersign/openrouter";
import { HooksManager, tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying } from "./support/desk.ts";
import { codeOf, openWorld } from "./support/world.ts";

interface ForTenant {
  readonly tenant: string;
}

/** An agent whose tool needs a tenant, which only the thread knows. */
async function world(lines: Parameters<typeof openWorld>[0], asked: "ask" | "allow" = "ask") {
  const seen: unknown[] = [];
  const pay = tool({
    name: "pay",
    description: "",
    inputSchema: z.object({ amount: z.number(), to: z.string() }),
    contextSchema: z.object({ tenant: z.string() }),
    execute: async ({ to }, context) => {
      seen.push(context?.local.tenant);
      return `paid ${to}`;
    },
  }) as unknown as Tool;
  const desk = openDesk({ policy: definePolicy({ context: z.object({ tenant: z.string() }), tools: { pay: asked } }) as never });
  const opened = await openWorld(lines, { desk, tools: [pay] });
  const made: ThreadRef<ForTenant>[] = [];
  const context = async (given: ThreadRef): Promise<object> => {
    const thread = given as unknown as ThreadRef<ForTenant>;
    made.push(thread);
    const { tenant } = thread.context as ForTenant;
    const { id } = thread.requestedBy as Principal;
    return { user: id, model: `model-of-${tenant}`, headers: { "x-tenant": tenant }, context: { pay: { tenant } } };
  };
  const runner = () => opened.runner({ context, model: "static", temperature: 0.5 });
  return { ...opened, seen, made, runner };
}
const start = { requestedBy: "bob", context: { tenant: "acme" } } as never;
const acme = { model: "model-of-acme", user: "bob", temperature: 0.5 };

describe("context", () => {
  test("is made from the thread at the start and at each resume, and counts more than the runner's own settings", async () => {
    const { runner, made, seen, approve, server } = await world([[paying(1)], "done"]);
    await runner().start("t", "go", start);
    await approve();
    expect(await runner().resume("t")).toMatchObject({ status: "completed" });
    expect(made).toEqual(
      [1, 2].map(() => ({ threadId: "t", requestedBy: expect.objectContaining({ id: "bob" }), context: { tenant: "acme" } })),
    );
    expect(seen).toEqual(["acme"]);
    expect(server.requests.map(({ body }) => body)).toMatchObject([acme, acme]);
    expect(server.requests.map(({ headers }) => headers["x-tenant"])).toEqual(["acme", "acme"]);
  });

  test("is there for a worker", async () => {
    const { runner, seen, gate, approve, server } = await world([[paying(1)], "done"]);
    await runner().start("t", "go", start);
    await approve();
    await createWorker(gate, [runner()]).drain();
    expect(seen).toEqual(["acme"]);
    expect(server.requests.at(-1)?.body).toMatchObject(acme);
  });

  test("and for streams, also for calls that the SDK runs itself", async () => {
    const asked = await world([[paying(1)], "done"]);
    await (
      await asked.runner().stream("t", "go", start)
    ).outcome;
    await asked.approve();
    expect(await (await asked.runner().resumeStream("t")).outcome).toMatchObject({ status: "completed" });
    const allowed = await world([[paying(1)], "done"], "allow");
    await (
      await allowed.runner().stream("t", "go", start)
    ).outcome;
    expect([asked.seen, allowed.seen]).toEqual([["acme"], ["acme"]]);
    expect(asked.server.requests.map(({ body }) => body)).toMatchObject([acme, acme]);
  });

  test("may give hooks, which see signed calls", async () => {
    const seen: unknown[] = [];
    const opened = await openWorld([[paying(5_000)], "done"]);
    const hooksFor = (threadId: string) => {
      const hooks = new HooksManager();
      hooks.on("PreToolUse", { handler: ({ toolInput }, { sessionId }) => void seen.push([threadId, sessionId, toolInput]) });
      return hooks;
    };
    const runner = opened.runner({ context: ({ threadId }) => ({ hooks: hooksFor(threadId) }) });
    await runner.start("t", "go");
    await opened.approve();
    await runner.resume("t");
    expect(seen).toEqual([["t", "t", { amount: 5_000, to: "x" }]]);
  });

  test("that throws ends this try and nothing else", async () => {
    const opened = await openWorld([[paying(5_000)], "done"]);
    await opened.runner().start("t", "go");
    await opened.approve();
    const failing = opened.runner({ context: () => Promise.reject(new Error("no such tenant")) });
    expect(await codeOf(failing.resume("t"))).toBe("Error: no such tenant");
    expect(opened.effects).toEqual([]);
    expect(await opened.runner().resume("t")).toMatchObject({ status: "completed" });
  });

  test.each<[string, unknown, RegExp]>([
    ["a misspelt setting", { temprature: 1 }, /context\(thread\) answers temprature, which is not a setting of callModel.* temperature/],
    ["tools", { tools: [] }, /answers tools, which the runner sets itself/],
    ["a state", { state: {} }, /answers state, which the runner sets itself/],
    ["decisions", { approveToolCalls: ["a"] }, /answers approveToolCalls, which the runner sets itself/],
    ["stopWhen", { stopWhen: () => true }, /answers stopWhen, which the runner sets itself/],
    ["no settings", "acme", /has to answer settings of callModel/],
  ])("that answers %s is SETUP, before any model request", async (_name, answer, hint) => {
    const opened = await openWorld(["hello"]);
    expect(await hintOf(() => opened.runner({ context: () => answer }).start("t", "go"))).toMatch(hint);
    expect(opened.server.requests).toEqual([]);
  });
});

describe("what JavaScript callers get wrong", () => {
  const { gate, pay } = openDesk();
  const client = { callModel: () => {} } as never;
  const made = (settings: unknown, by: unknown = client) => hintOf(() => createRunner(gate, by as never, settings as never));

  test.each<[string, unknown, RegExp]>([
    ["no settings", undefined, /got undefined in the place of its options. Write createRunner\(gate, new OpenRouter\(\), \{ name/],
    ["a context that is not made from the thread", { name: "a", context: { pay: {} } }, /context is a function of the thread/],
    ["an input", { name: "a", input: "x" }, /Runner a: is given input, which the runner sets itself/],
    ["tools by their names", { name: "a", tools: { pay } }, /tools is a list/],
    ["a tool's function", { name: "a", tools: [pay, pay.function] }, /tools\[1\] is not a tool of the SDK/],
    ["a misspelt setting", { name: "a", stopWen: [] }, /is given stopWen, which is not a setting of callModel/],
  ])("%s", async (_name, settings, hint) => {
    expect(await made(settings)).toMatch(hint);
  });

  test("no client", async () => {
    expect(await made({ name: "a" }, null)).toMatch(/got null in the place of the agent. Write createRunner\(gate, new OpenRouter\(\)/);
    expect(await made({ name: "a" }, {})).toMatch(/needs a client of the SDK/);
  });

  test("gateCall and gateTools without tools", async () => {
    expect(await hintOf(() => gateCall(gate, pay as never, { threadId: "t" }))).toMatch(/tools is a list/);
    expect(await hintOf(() => gateTools(gate, [undefined] as never))).toMatch(/tools\[0\] is not a tool/);
  });

  test("gateCall for nobody's conversation", async () => {
    expect(await hintOf(() => gateCall(gate, [pay], undefined as never))).toMatch(/in the place of the thread/);
  });

  test("a setting for one start alone", async () => {
    const opened = await openWorld(["hello"]);
    const hint = /takes no option user for one call.*context: \(thread\) =>/;
    expect(await hintOf(() => opened.runner().start("t", "go", { user: "bob" } as never))).toMatch(hint);
    expect(await hintOf(() => opened.runner().resume("t", { user: "bob" } as never))).toMatch(hint);
  });
});
