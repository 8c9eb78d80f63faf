import { hintOf } from "@countersign/adapter-tests";
import { definePolicy } from "@countersign/core";
import { approvalMiddleware } from "@countersign/langgraph";
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

  test("a misspelt name is told of, once: it asks about nothing", async () => {
    const warned: string[] = [];
    const desk = openDesk({ policy: definePolicy({ default: "allow" }), warn: (message) => warned.push(message) });
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pya: true, export_all: true } } });
    await agent.invoke({ messages: paying([5, "x"]) }, config);
    expect(warned).toEqual(["interruptOn.pya stands for no tool, and asks about none. Did you mean pay?"]);
  });

  test("that is no table is refused, and so is a `who` that is no function: neither would be looked at", async () => {
    const { gate } = openDesk();
    expect(await hintOf(() => approvalMiddleware(gate, { interruptOn: ["pay"] as never }))).toMatch(/got a list in the place of the table/);
    expect(await hintOf(() => approvalMiddleware(gate, { who: { requestedBy: "bob" } as never }))).toMatch(/who: \(runtime\) =>/);
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

  test.each([
    [5, /^to x$/],
    [5_000, /^over 1,000; to x$/],
  ])("its words are the reason that every reviewer reads, beside the policy's: %i", async (amount, reason) => {
    const desk = openDesk();
    const description = ({ args }: { args: Record<string, unknown> }): Promise<string> => Promise.resolve(`to ${String(args["to"])}`);
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: { allowedDecisions: ["approve"], description } } } });
    await agent.invoke({ messages: paying([amount, "x"]) }, config);
    expect((await desk.pending()).map((request) => request.reason)).toEqual([expect.stringMatching(reason)]);
  });

  test("a description tells nobody what the policy's rule hides", async () => {
    const policy = definePolicy({ tools: { pay: { ask: true, redact: ["args.to"] } } });
    const desk = openDesk({ policy });
    const description = ({ args }: { args: Record<string, unknown> }): string => `to ${String(args["to"])}`;
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: { allowedDecisions: ["approve"], description } } } });
    const result = await agent.invoke({ messages: paying([5, "somebody"]) }, config);
    expect(JSON.stringify([(await desk.pending())[0], result.__interrupt__])).not.toContain("somebody");
  });

  test.each([true, { allowedDecisions: ["approve" as const] }])(
    "its descriptionPrefix stands before calls that have no words: %j",
    async (entry) => {
      const desk = openDesk();
      const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: entry }, descriptionPrefix: "Ask finance" } });
      const result = await agent.invoke({ messages: paying([5, "x"]) }, config);
      const description = 'Ask finance\n\nTool: pay\nArgs: {\n  "amount": 5,\n  "to": "x"\n}';
      expect(result).toMatchObject({ __interrupt__: [{ value: { actionRequests: [{ description }] } }] });
      expect(await desk.pending()).toMatchObject([{ reason: "Ask finance" }]);
    },
  );

  test("arguments are shown in the model's order", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { gateOptions: { interruptOn: { pay: true } } });
    const args = { to: "x", amount: 5, more: [{ z: 1, a: 2 }] };
    const result = await agent.invoke({ messages: JSON.stringify([["pay", args]]) }, config);
    const shown = result.__interrupt__?.[0]?.value as { actionRequests: { args: object; description: string }[] } | undefined;
    expect(JSON.stringify(shown?.actionRequests[0]?.args)).toBe(JSON.stringify(args));
    expect(shown?.actionRequests[0]?.description).toContain(JSON.stringify(args, null, 2));
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
