// What is listed after approvalMiddleware stands between the gate's hook and the tool.
import { isCountersignError } from "@countersign/core";
import type { ToolCall } from "@langchain/core/messages/tool";
import { Command, interrupt } from "@langchain/langgraph";
import { createMiddleware, tool, toolErrorMiddleware, toolRetryMiddleware, ToolMessage, type AgentMiddleware } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openAgent, openRunner } from "./support/agent.ts";
import { openDesk, paying, transcript, type Desk } from "./support/desk.ts";

type WrapToolCall = NonNullable<AgentMiddleware["wrapToolCall"]>;
const wrapping = (wrapToolCall: WrapToolCall): AgentMiddleware => createMiddleware({ name: "Inner", wrapToolCall }) as AgentMiddleware;
const retrying = (): AgentMiddleware => toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 1, jitter: false }) as AgentMiddleware;

/** Alice signs a payment of 5,000 to x, and the run goes on. */
async function signed(desk: Desk, ...after: AgentMiddleware[]) {
  const { runner, model, agent } = openRunner(desk, { after });
  await runner.start("t", paying([5_000, "x"]));
  const request = await desk.approve("x");
  const outcome = await runner.resume("t").catch((error: unknown) => ({ status: "error" as const, error }));
  return { outcome, runner, model, agent, execution: async () => (await desk.gate.get(request.id))?.execution };
}

const PAID = [{ amount: 5_000, to: "x" }];
const hang = (): never => {
  throw new Error("the bank hung up");
};

const paying9999 = (request: Parameters<WrapToolCall>[0]) => ({
  ...request,
  toolCall: { ...request.toolCall, args: { amount: 9_999, to: "x" } },
});

describe("other arguments than those that were signed", () => {
  const changers: [string, WrapToolCall][] = [
    ["passed on", (request, handler) => handler(paying9999(request))],
    [
      "changed in place",
      (request, handler) => {
        (request.toolCall.args as Record<string, unknown>)["amount"] = 9_999;
        return handler(request);
      },
    ],
    [
      "passed on by a middleware that swallows errors",
      async (request, handler) => {
        try {
          return await handler(paying9999(request));
        } catch {
          return new ToolMessage({ content: "paid", tool_call_id: request.toolCall.id ?? "" });
        }
      },
    ],
  ];
  test.each(changers)("%s: nothing runs, and the signature stays good", async (_name, wrapToolCall) => {
    const desk = openDesk();
    let changes = true;
    const middleware = wrapping((request, handler) => (changes ? wrapToolCall(request, handler) : handler(request)));
    const { outcome, runner, model, execution } = await signed(desk, middleware);
    expect(outcome).toMatchObject({ error: { code: "NOT_APPROVED", message: expect.stringMatching(/before approvalMiddleware/) } });
    expect([desk.effects, await desk.pending(), model.requests, await execution()]).toEqual([[], [], 1, "none"]);
    changes = false;
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toEqual(PAID);
  });

  test.each(changers)("%s: an allowed call doesn't become one that somebody has to sign", async (_name, wrapToolCall) => {
    const desk = openDesk();
    const { runner } = openRunner(desk, { after: [wrapping(wrapToolCall)] });
    await expect(runner.start("t", paying([5, "x"]))).rejects.toSatisfy((error) => isCountersignError(error, "NOT_APPROVED"));
    expect(desk.effects).toEqual([]);
  });

  test("an allowed call runs with others that the policy allows", async () => {
    const desk = openDesk();
    const round = wrapping((request, handler) => handler({ ...request, toolCall: { ...request.toolCall, args: { amount: 7, to: "x" } } }));
    expect(await openRunner(desk, { after: [round] }).runner.start("t", paying([5, "x"]))).toMatchObject({ text: "paid 7 to x" });
  });

  test("the model is told of those that the policy denies", async () => {
    const desk = openDesk();
    const much = wrapping((request, handler) => handler({ ...request, toolCall: { ...request.toolCall, args: { amount: 2e5, to: "x" } } }));
    expect(await openRunner(desk, { after: [much] }).runner.start("t", paying([5, "x"]))).toMatchObject({
      text: expect.stringMatching(/does not allow/),
    });
    expect(desk.effects).toEqual([]);
  });

  test("another id or name of the call changes neither what runs nor which call is answered", async () => {
    const desk = openDesk();
    const renamed = { id: "other", name: "read" };
    const { outcome, model } = await signed(
      desk,
      wrapping((request, handler) => handler({ ...request, toolCall: { ...request.toolCall, ...renamed } })),
    );
    expect(outcome).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(model.lastMessages.find((message) => ToolMessage.isInstance(message))).toMatchObject({ tool_call_id: "call_0", name: "pay" });
    expect(desk.effects).toEqual(PAID);
  });
});

describe("passed on more than once", () => {
  test.each<[string, WrapToolCall]>([
    [
      "one after the other",
      async (request, handler) => {
        await handler(request);
        return handler(request);
      },
    ],
    ["at once", async (request, handler) => (await Promise.all([handler(request), handler(request)]))[1]],
    [
      "by hand",
      async (request, handler) => {
        const invoke = (request.tool as unknown as Desk["pay"]).invoke.bind(request.tool) as (args: unknown) => Promise<unknown>;
        expect(await invoke(request.toolCall.args)).toBe("paid 5000 to x");
        return handler(request);
      },
    ],
  ])("%s, a signed call runs once, and the recorded result comes back", async (_name, wrapToolCall) => {
    const desk = openDesk();
    const { outcome, execution } = await signed(desk, wrapping(wrapToolCall));
    expect(outcome).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toEqual(PAID);
    expect(await execution()).toBe("done");
  });

  test("a retry middleware repeats no signed call", async () => {
    let tries = 0;
    const desk = openDesk({ during: () => (tries++, hang()) });
    const { outcome, execution } = await signed(desk, retrying());
    expect(outcome).toMatchObject({ status: "completed", text: expect.stringMatching(/failed after 3 attempts/) });
    expect([tries, await execution()]).toEqual([1, "failed"]);
  });

  test("it does repeat an allowed one", async () => {
    let tries = 0;
    const desk = openDesk({ during: () => (++tries < 3 ? hang() : undefined) });
    const { agent } = openAgent(desk, { after: [retrying()] });
    const state = await agent.invoke({ messages: paying([5, "x"]) }, { configurable: { thread_id: "t" } });
    expect(transcript(state).at(-1)).toBe("ai: paid 5 to x");
  });
});

describe("a signed call that is answered without its tool fails the run, and nothing is recorded as done", () => {
  const wipe = tool(async () => "wiped", { name: "wipe", description: "", schema: z.object({}).loose() });
  const answering: WrapToolCall = ({ toolCall }) => new ToolMessage({ content: "paid", tool_call_id: toolCall.id ?? "" });
  test.each<[string, WrapToolCall]>([
    ["by the middleware itself", answering],
    ["by another tool", (request, handler) => handler({ ...request, tool: wipe })],
    ["by the agent's own tool, when the tool that was passed is dropped", ({ toolCall, state, runtime }, handler) => handler({ toolCall, state, runtime, tool: undefined })], // prettier-ignore
  ])("%s", async (_name, wrapToolCall) => {
    const desk = openDesk();
    const { outcome, execution, model } = await signed(desk, wrapping(wrapToolCall));
    expect(outcome).toMatchObject({ error: { code: "SETUP", details: { hint: expect.stringMatching(/before approvalMiddleware/) } } });
    expect(await execution()).not.toBe("done");
    expect(model.requests).toBe(1);
  });

  test("nor is the model told by a retry middleware further out", async () => {
    const desk = openDesk();
    const { runner, model } = openRunner(desk, { before: [retrying()], after: [wrapping(answering)] });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    await expect(runner.resume("t")).rejects.toSatisfy((error) => isCountersignError(error));
    expect(model.requests).toBe(1);
  });

  test("an allowed call may be answered like that", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk, { after: [wrapping(answering)] });
    expect(await runner.start("t", paying([5, "x"]))).toMatchObject({ status: "completed", text: "paid" });
  });

  test("a rejected or denied call never gets to such a middleware", async () => {
    const desk = openDesk();
    const seen: ToolCall[] = [];
    const answer: WrapToolCall = (request, handler) => (seen.push(request.toolCall), answering(request, handler));
    const { agent } = openAgent(desk, { after: [wrapping(answer)] });
    const config = { configurable: { thread_id: "t" } };
    await agent.invoke({ messages: paying([5_000, "x"], [200_000, "y"]) }, config);
    await desk.reject("x", "not x");
    const state = await agent.invoke(null, config);
    expect(transcript(state).slice(2, 4)).toEqual(["tool: not x", expect.stringMatching(/does not allow/)]);
    expect(seen).toEqual([]);
  });
});

describe("what must leave the graph leaves it, whoever swallows it", () => {
  const swallowers: [string, () => AgentMiddleware][] = [
    ["a retry middleware", retrying],
    ["an error middleware", () => toolErrorMiddleware({ onError: () => "something failed" }) as AgentMiddleware],
    [
      "a try/catch",
      () =>
        wrapping(async (request, handler) => {
          try {
            return await handler(request);
          } catch {
            return new ToolMessage({ content: "never mind", tool_call_id: request.toolCall.id ?? "" });
          }
        }),
    ],
  ];

  test.each(swallowers)("%s: a tool's own pause, which goes on under the same signature", async (_name, swallower) => {
    const desk = openDesk({ during: () => `paid with code ${String(interrupt("which code?"))}` });
    const { agent } = openAgent(desk, { after: [swallower()] });
    const config = { configurable: { thread_id: "t" } };
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    expect(await agent.invoke(null, config)).toMatchObject({ __interrupt__: [{ value: "which code?" }] });
    const state = await agent.invoke(new Command({ resume: "1234" }), config);
    expect(transcript(state)).toContain("tool: paid with code 1234");
    expect(desk.effects).toEqual(PAID);
  });

  test.each(swallowers)("%s: a freeze", async (_name, swallower) => {
    const desk = openDesk();
    const { runner, model } = openRunner(desk, { after: [swallower()] });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    const freeze = await desk.gate.freeze({ tool: "pay" }, { by: { id: "alice" }, reason: "stop" });
    await expect(runner.resume("t")).rejects.toSatisfy((error) => isCountersignError(error, "FROZEN"));
    expect([desk.effects, model.requests]).toEqual([[], 1]);
    await desk.gate.liftFreeze(freeze.id, { by: { id: "alice" } });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toEqual(PAID);
  });
});

describe("what the middleware does besides", () => {
  test("it may fail before the tool: nothing has begun, and the next try goes on", async () => {
    const desk = openDesk();
    let down = true;
    const checking = wrapping((request, handler) => {
      if (down) throw new Error("the limiter is down");
      return handler(request);
    });
    const { outcome, execution, runner } = await signed(desk, checking);
    expect(outcome).toMatchObject({ error: { message: "the limiter is down" } });
    expect(await execution()).toBe("none");
    down = false;
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
  });

  test("it may fail after the tool: what ran is recorded, and isn't repeated", async () => {
    const desk = openDesk();
    let down = true;
    const noting = wrapping(async (request, handler) => {
      const result = await handler(request);
      if (down) throw new Error("the log is down");
      return result;
    });
    const { outcome, execution, runner } = await signed(desk, noting);
    expect(outcome).toMatchObject({ error: { message: "the log is down" } });
    expect(await execution()).toBe("done");
    down = false;
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toEqual(PAID);
  });

  test("it sees the arguments that a person put in, and can't take out of the answer that they were", async () => {
    const desk = openDesk();
    const seen: unknown[] = [];
    const redact = wrapping(async (request, handler) => {
      seen.push(request.toolCall.args);
      await handler(request);
      return new ToolMessage({ content: "[redacted]", tool_call_id: request.toolCall.id ?? "" });
    });
    const { runner } = openRunner(desk, { after: [redact] });
    await runner.start("t", paying([5_000, "x"]));
    await desk.edit("x", { amount: 4_000, to: "x" });
    expect(await runner.resume("t")).toMatchObject({ text: expect.stringMatching(/^A person reviewed .*"amount":4000[^]*\[redacted\]$/) });
    expect(seen).toEqual([{ amount: 4_000, to: "x" }]);
    expect(desk.effects).toEqual([{ amount: 4_000, to: "x" }]);
  });

  test("a recorded result passes through it again when a run is tried again", async () => {
    const desk = openDesk();
    let requests = 0;
    const shout = wrapping(async (request, handler) => {
      const message = await handler(request);
      return new ToolMessage({ content: (message as ToolMessage).text.toUpperCase(), tool_call_id: request.toolCall.id ?? "" });
    });
    const failing = createMiddleware({
      name: "Failing",
      afterAgent: () => {
        if (requests++ === 0) throw new Error("the process fails after the turn");
        return undefined;
      },
    }) as AgentMiddleware;
    const { outcome, runner } = await signed(desk, shout, failing);
    expect(outcome).toMatchObject({ status: "error" });
    expect(await runner.resume("t")).toMatchObject({ text: "PAID 5000 TO X" });
    expect(desk.effects).toEqual(PAID);
  });
});
