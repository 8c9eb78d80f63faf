// A call whose arguments don't fit is shown to nobody: it has to be counted, or a model that can't call a tool goes unseen.
import { createGate, definePolicy, type InvalidCall } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({ tools: { pay: { args: z.object({ amount: z.number() }), ask: true } } });
const told: InvalidCall[] = [];
const gate = createGate({ policy, store: memoryStore(), agent: "payments", onInvalid: (invalid) => told.push(invalid), warn: () => {} });
const bad = { tool: "pay", args: { amount: "five, to DE00" } };
const paid: unknown[] = [];
const tools = { pay: (args: object) => paid.push(args) };

beforeEach(() => void told.splice(0));

describe("a call with arguments that don't fit is told of", () => {
  test("once, in a run, without its arguments", async () => {
    const model = scripted([call("c1", "pay", bad.args)], "sorry");
    await createRunner(gate, { model, tools }, "payments").start("t", "go", { requestedBy: "dana" });
    expect(told).toEqual([
      {
        namespace: undefined,
        tool: "pay",
        threadId: "t",
        agent: "payments",
        requestedBy: { id: "dana" },
        issues: [{ path: ["amount"], message: expect.any(String) as string }],
      },
    ]);
    expect(JSON.stringify(told)).not.toContain("DE00");
    expect(paid).toEqual([]);
  });

  test("once, if JSON can't carry what somebody would have to sign", async () => {
    const text = definePolicy({ tools: { pay: { args: z.object({ note: z.string() }), ask: true } } });
    const other = createGate({ policy: text, store: memoryStore(), onInvalid: (invalid) => told.push(invalid), warn: () => {} });
    const model = scripted([call("c1", "pay", { note: "half of \ud83d" })], "sorry");
    expect(await createRunner(other, { model, tools }).start("half", "go")).toMatchObject({ status: "completed", text: "sorry" });
    expect(told).toMatchObject([{ tool: "pay", issues: [{ path: ["note"], message: "JSON has no word for this" }] }]);
    expect(paid).toEqual([]);
  });

  test("again if the model tries again", async () => {
    const model = scripted([call("c1", "pay", bad.args)], [call("c1", "pay", bad.args)], "sorry");
    await createRunner(gate, { model, tools }, "payments").start("u", "go");
    expect(told).toHaveLength(2);
  });

  test("once where somebody looks ahead, too", async () => {
    const thread = openThread(gate, { threadId: "native", framework: "mini" });
    const proposed = { ...bad, turnId: "1", callId: "c" };
    await thread.preview(proposed);
    await thread.preview(proposed);
    await thread.execute(proposed, () => "paid");
    expect(told).toHaveLength(1);
    await thread.execute({ ...proposed, turnId: "2" }, () => "paid");
    expect(told).toHaveLength(2);
  });

  // Some adapters never execute what a look ahead has refused, and models reuse call ids.
  test("again in a later turn, where nobody executes what was refused", async () => {
    const thread = openThread(gate, { threadId: "native", framework: "mini" });
    for (const turnId of ["1", "2", "2"]) await thread.preview({ ...bad, turnId, callId: "call_0" });
    expect(told).toHaveLength(2);
  });

  test("by hand", async () => {
    await expect(gate.ask({ ...bad, threadId: "hand", key: "1" })).rejects.toMatchObject({ code: "INVALID_ARGS" });
    expect(told).toMatchObject([{ tool: "pay", threadId: "hand", agent: "payments" }]);
  });

  test("where the framework has refused it itself", () => {
    openThread(gate, { threadId: "native", framework: "mini" }).unreadable({ tool: "pay" }, [{ path: [], message: "no JSON" }]);
    expect(told).toMatchObject([{ tool: "pay", threadId: "native", issues: [{ path: [], message: "no JSON" }] }]);
  });
});

test("what the hook throws, now or later, changes nothing", async () => {
  const failing: readonly (() => unknown)[] = [() => { throw new Error("no metrics"); }, async () => Promise.reject(new Error("no metrics"))]; // prettier-ignore
  for (const onInvalid of failing) {
    const other = createGate({ policy, store: memoryStore(), onInvalid, warn: () => {} });
    const model = scripted([call("c1", "pay", bad.args)], "sorry");
    expect(await createRunner(other, { model, tools }).start("t", "go")).toMatchObject({ status: "completed", text: "sorry" });
  }
});
