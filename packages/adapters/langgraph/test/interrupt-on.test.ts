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
