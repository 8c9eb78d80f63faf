import { definePolicy } from "@countersign/core";
import type { approvalMiddleware } from "@countersign/langgraph";
import { describe, expect, test } from "vitest";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying } from "./support/desk.ts";

const config = { configurable: { thread_id: "t" } };

describe("interruptOn", () => {
  const table = {
    pay: {
      allowedDecisions: ["approve", "reject"],
      description: "Look twice",
      when: (request: { toolCall: { args: Record<string, unknown> } }) => request.toolCall.args["to"] !== "mum",
    },
  } satisfies NonNullable<Parameters<typeof approvalMiddleware>[1]>["interruptOn"];

  test("asks where the policy does not, with its own terms and words", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: table } });
    const result = await agent.invoke({ messages: paying([5, "x"], [6, "mum"]) }, config);
    expect(result).toMatchObject({
      __interrupt__: [
        {
          value: {
            actionRequests: [{ args: { to: "x" }, description: "Look twice" }],
            reviewConfigs: [{ allowedDecisions: ["approve", "reject"] }],
          },
        },
      ],
    });
    await desk.approve("x");
    await agent.invoke(null, config);
    expect(desk.effects.map(({ to }) => to).toSorted()).toEqual(["mum", "x"]);
  });

  test.each([5, 5_000])("restricts what a reviewer may decide, also where the policy asks as well: %i", async (amount) => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: table } });
    const result = await agent.invoke({ messages: paying([amount, "x"]) }, config);
    expect(result).toMatchObject({ __interrupt__: [{ value: { reviewConfigs: [{ allowedDecisions: ["approve", "reject"] }] } }] });
    await expect(desk.edit("x", { amount: 1, to: "x" })).rejects.toMatchObject({ code: "DECISION_NOT_ALLOWED" });
    await desk.approve("x");
    await agent.invoke(null, config);
    expect(desk.effects).toMatchObject([{ amount, to: "x" }]);
  });

  test.each([
    ["nothing", [], "empty"],
    ["a decision that does not exist", ["approve", "respond"], "respond"],
  ])("refuses a table that allows %s, when it is given", (_, allowedDecisions, named) => {
    const interruptOn = { pay: { allowedDecisions: allowedDecisions as "approve"[] } };
    const hint: unknown = expect.stringMatching(new RegExp(`interruptOn\\.pay.*${named}`));
    expect(() => openAgent(openDesk(), { gateOptions: { interruptOn } })).toThrow(
      expect.objectContaining({ code: "SETUP", details: { hint } }),
    );
  });

  test("fails the run where table and policy have no decision in common, and records nothing", async () => {
    const policy = definePolicy({ tools: { pay: { ask: true, review: { decisions: ["edit", "reject"] } } } });
    const desk = openDesk({ policy });
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: { allowedDecisions: ["approve"] } } } });
    const run = agent.invoke({ messages: paying([5, "x"]) }, config);
    await expect(run).rejects.toMatchObject({ code: "SETUP", message: expect.stringMatching(/edit, reject.*approve/) });
    expect([await desk.pending(), desk.effects]).toEqual([[], []]);
  });

  test("describes each call of one tool in its own words", async () => {
    const { agent } = openAgent(openDesk(), {
      gateOptions: { interruptOn: { pay: { allowedDecisions: ["approve"], description: ({ args }) => `to ${String(args["to"])}` } } },
    });
    expect(await agent.invoke({ messages: paying([5, "x"], [6, "y"]) }, config)).toMatchObject({
      __interrupt__: [{ value: { actionRequests: [{ description: "to x" }, { description: "to y" }] } }],
    });
  });

  test("never allows what the policy asks about", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: false } } });
    expect(await agent.invoke({ messages: paying([5_000, "x"]) }, config)).toHaveProperty("__interrupt__.length", 1);
  });

  test("asks when its condition fails", async () => {
    const desk = openDesk();
    const when = (): boolean => {
      throw new Error("broken");
    };
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: { allowedDecisions: ["approve"], when } } } });
    expect(await agent.invoke({ messages: paying([5, "x"]) }, config)).toHaveProperty("__interrupt__.length", 1);
  });
});
