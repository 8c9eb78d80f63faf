// A tool's timeout: the SDK's own, and inside the gate.
import { definePolicy } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, run, ToolTimeoutError, tool, type FunctionTool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, saying } from "./support/desk.ts";
import { failure } from "@countersign/adapter-tests";

const policy = definePolicy({ default: "allow", tools: { pay: "ask" } });
const once = (name: string) => [{ id: "c", name, args: {} }];

function slow(name: string, options: Partial<Pick<FunctionTool, "timeoutBehavior" | "timeoutErrorFunction">> = {}) {
  const execute = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve("at last"), 300));
  return tool({ name, description: "", parameters: z.object({}), timeoutMs: 30, execute, ...options } as never);
}

describe("a tool that takes too long", () => {
  test("and is allowed tells the model as it does without a gate", async () => {
    const { gate } = openDesk({ policy });
    for (const options of [{}, { timeoutErrorFunction: () => "too slow, sorry" }]) {
      const own = slow("read", options);
      const answers = [];
      for (const each of [own, gateTools(gate, [own], { threadId: crypto.randomUUID() })[0]])
        answers.push((await run(new Agent({ name: "A", model: saying(once("read")), tools: [each] }), "go")).finalOutput);
      expect(answers[1]).toBe(answers[0]);
    }
  });

  test("and is allowed ends the run if it says so", async () => {
    const { gate } = openDesk({ policy });
    const tools = gateTools(gate, [slow("read", { timeoutBehavior: "raise_exception" })], { threadId: "t" });
    const error = await failure(run(new Agent({ name: "A", model: saying(once("read")), tools }), "go"));
    expect(causes(error).some((each) => each instanceof ToolTimeoutError)).toBe(true);
  });

  test.each([{}, { timeoutErrorFunction: () => "too slow, sorry" }, { timeoutBehavior: "raise_exception" as const }])(
    "and runs under a signature is unknown, and the model hears nothing: %j",
    async (options) => {
      const desk = openDesk({ policy });
      const model = saying(once("pay"));
      const tools = gateTools(desk.gate, [slow("pay", options)]);
      const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools }), { name: "a" });
      await runner.start("t", "go");
      const { id } = await desk.approve();
      const { requests } = model;
      expect(await failure(runner.resume("t"))).toMatchObject({ code: "EXECUTION_UNKNOWN" });
      expect([(await desk.gate.get(id))?.execution, model.requests]).toEqual(["unknown", requests]);
    },
  );
});

function causes(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [];
  return [error, ...causes("error" in error ? error.error : error.cause)];
}
