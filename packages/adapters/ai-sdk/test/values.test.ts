// Values that JSON has no word for: in what tools answer, in files of messages, and in what pages are sent.
import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import * as ai7 from "ai";
import * as ai6 from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

const PNG = new Uint8Array([137, 80, 78, 71]);
const paid = {
  png: PNG,
  buffer: Buffer.from("receipt"),
  at: new Date("2026-11-29T09:00:00.000Z"),
  cents: 420_000n,
  note: undefined,
  parties: new Map([["from", "us"]]),
  page: new URL("https://bank.example/receipts/1"),
  rate: Number.NaN,
};
/** Cents, which JSON has no word for, are told as text. */
const TOLD = {
  png: { 0: 137, 1: 80, 2: 78, 3: 71 },
  buffer: paid.buffer.toJSON(),
  at: "2026-11-29T09:00:00.000Z",
  cents: "420000",
  parties: {},
  page: "https://bank.example/receipts/1",
  rate: null,
};
const turns = [{ calls: [{ id: "call_0", tool: "pay", args: { amount: 4_200, to: "Acme" } }] }, { text: "done" }];

type Own = Partial<Pick<ai7.Tool, "toModelOutput">>;
interface Options {
  /** Which request to the model fails. The second one has the result. */
  readonly failing?: number;
  readonly answer?: unknown;
  readonly generator?: boolean;
}
/** A prompt of the SDK's, as far as a test looks into it. */
type Prompt = readonly {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly output?: unknown }[];
}[];

describe.each([
  ["7", ai7, "v4"],
  ["6", ai6 as unknown as typeof ai7, "v3"],
] as const)("on version %s", (_, { ToolLoopAgent }, specification) => {
  function open(own: Own = {}, { failing, answer = paid, generator = false }: Options = {}) {
    const desk = openDesk();
    const prompts: Prompt[] = [];
    const { model: scripted } = scriptedModel(turns, specification);
    const asked = <T>(ask: (options: { prompt: Prompt }) => T, options: { prompt: Prompt }): T => {
      prompts.push(options.prompt);
      if (prompts.length === failing) throw new Error("500");
      return ask(options);
    };
    const { doGenerate, doStream } = scripted as unknown as Record<"doGenerate" | "doStream", (options: { prompt: Prompt }) => unknown>;
    const model = {
      ...(scripted as object),
      supportedUrls: { "image/*": [/^https:/] },
      doGenerate: async (options: { prompt: Prompt }) => asked(doGenerate, options),
      doStream: async (options: { prompt: Prompt }) => asked(doStream, options),
    } as unknown as ai7.LanguageModel;
    const execute = generator
      ? async function* () {
          yield "paying";
          yield answer;
        }
      : async () => answer;
    const pay = { inputSchema: Amount, execute, ...own } as ai7.ToolSet[string];
    const agent = new ToolLoopAgent<never, ai7.ToolSet>({
      model,
      tools: gateTools<ai7.ToolSet, unknown>(desk.gate, { pay }),
      maxRetries: 0,
    });
    const runner = createRunner(desk.gate, agent, { name: "payments" });
    const results = () =>
      prompts.map((prompt) =>
        prompt.flatMap(({ content }) =>
          typeof content === "string" ? [] : content.flatMap(({ type, output }) => (type === "tool-result" ? [output] : [])),
        ),
      );
    return { ...desk, runner, prompts, results };
  }
  type World = ReturnType<typeof open>;
  const ways = {
    generate: ({ runner }: World) => runner.resume("t"),
    stream: async ({ runner }: World) => (await runner.resumeStream("t")).outcome,
  };
  /** The model's request after the payment fails, and the thread goes on from the receipt. */
  async function toldTwice(world: World, way: keyof typeof ways, edits: boolean): Promise<readonly unknown[]> {
    await world.runner.start("t", "pay Acme");
    await (edits ? world.edit({ amount: 4_000, to: "Acme" }) : world.approve());
    await expect(ways[way](world)).rejects.toThrow("500");
    expect(await ways[way](world)).toMatchObject({ status: "completed" });
    const [, first, again] = world.results();
    expect(again).toEqual(first);
    return again ?? [];
  }

  describe.each(["generate", "stream"] as const)("%s", (way) => {
    test.each([false, true])("toModelOutput gets what the tool answered, also from the receipt (generator: %s)", async (generator) => {
      const got: unknown[] = [];
      const toModelOutput: Own["toModelOutput"] = ({ output }) => {
        got.push(output);
        return { type: "text", value: inspect(output) };
      };
      const world = open({ toModelOutput }, { failing: 2, generator });
      expect(await toldTwice(world, way, false)).toEqual([{ type: "text", value: inspect(paid) }]);
      for (const output of got) expect(output).toEqual(paid);
    });

    test("an image is told again as an image, behind what a person changed", async () => {
      const toModelOutput: Own["toModelOutput"] = ({ output }) => ({
        type: "content",
        // As both versions know it.
        value: [{ type: "image-data", data: Buffer.from((output as typeof paid).png).toString("base64"), mediaType: "image/png" } as never],
      });
      const [told] = await toldTwice(open({ toModelOutput }, { failing: 2 }), way, true);
      expect(JSON.stringify(told)).toMatch(/It ran with[^]*4000[^]*iVBORw==/);
    });

    test.each([false, true])("without toModelOutput, bigints are told as text (edited: %s)", async (edits) => {
      const [told] = await toldTwice(open({}, { failing: 2 }), way, edits);
      if (edits) expect(told).toMatchObject({ type: "text", value: expect.stringMatching(/^A person[^]*"cents":"420000"/) as string });
      else expect(told).toEqual({ type: "json", value: TOLD });
    });

    test("what toModelOutput answers can be sent", async () => {
      const toModelOutput: Own["toModelOutput"] = ({ output }) => ({ type: "json", value: output as never });
      expect(await toldTwice(open({ toModelOutput }, { failing: 2 }), way, false)).toEqual([{ type: "json", value: TOLD }]);
    });

    test("a toModelOutput that can't word what is on record leaves the plain result", async () => {
      class Receipt {
        readonly paid = 4_200;
        toJSON = () => ({ paid: this.paid });
        words = () => `paid ${this.paid}`;
      }
      const toModelOutput: Own["toModelOutput"] = ({ output }) => ({ type: "text", value: (output as Receipt).words() });
      const world = open({ toModelOutput }, { failing: 2, answer: new Receipt() });
      await world.runner.start("t", "pay Acme");
      await world.approve();
      await expect(ways[way](world)).rejects.toThrow("500");
      expect(await ways[way](world)).toMatchObject({ status: "completed" });
      expect(world.results()[2]).toEqual([{ type: "json", value: { paid: 4_200 } }]);
    });
  });

  test("a call that a new input leaves behind is told in the tool's own words", async () => {
    const toModelOutput: Own["toModelOutput"] = ({ output }) => ({ type: "text", value: `${(output as typeof paid).cents} cents` });
    const world = open({ toModelOutput }, { failing: 2 });
    await world.runner.start("t", "pay Acme");
    await world.approve();
    await expect(world.runner.resume("t")).rejects.toThrow("500");
    const outcome = await world.runner.start("t", "and?");
    expect(world.results()[2]).toEqual([{ type: "text", value: "420000 cents" }]);
    const parts = outcome.status === "completed" ? outcome.messages.flatMap((message) => message.parts) : [];
    expect(parts).toContainEqual(expect.objectContaining({ output: expect.objectContaining({ cents: "420000", png: "iVBORw==" }) }));
  });

  test("pages get bytes as base64, while it runs and afterwards", async () => {
    const world = open();
    const message: ai7.UIMessage = { id: "q", role: "user", parts: [{ type: "text", text: "pay Acme" }] };
    const respond = async () => (await world.runner.respond({ threadId: "t", message, by: { id: "bob" } })).text();
    await respond();
    await world.approve();
    const output = { ...TOLD, png: "iVBORw==", buffer: "cmVjZWlwdA==", parties: [["from", "us"]] };
    expect(await respond()).toContain(`"output":${JSON.stringify(output)}`);
    const [, answer] = await world.runner.messages("t");
    expect(answer?.parts).toContainEqual(expect.objectContaining({ toolCallId: "call_0", output }));
    expect(await world.runner.resume("t")).toMatchObject({ messages: await world.runner.messages("t") });
  });

  test("a tool without a gate may answer anything, and take what its schema makes: the thread goes on, the page is told", async () => {
    class Account {
      readonly iban: string;
      constructor(iban: string) {
        this.iban = iban;
      }
    }
    const desk = openDesk();
    const look = { id: "call_l", tool: "look", args: { in: "DE02" } };
    const { model } = scriptedModel([{ calls: [look] }, ...turns], specification);
    const tools = {
      ...gateTools<ai7.ToolSet, unknown>(desk.gate, { pay: ai7.tool({ inputSchema: Amount, execute: desk.carryOut }) }),
      look: ai7.tool({
        inputSchema: z.object({ in: z.string().transform((iban) => new Account(iban)) }),
        execute: async () => ({ png: PNG, at: paid.at }),
      }),
    } as ai7.ToolSet;
    const agent = new ToolLoopAgent<never, ai7.ToolSet>({ model, tools, maxRetries: 0 });
    const runner = createRunner(desk.gate, agent, { name: "payments", ungated: ["look"] });
    expect(await runner.start("t", "pay Acme")).toMatchObject({ status: "suspended" });
    await desk.approve();
    const outcome = await runner.resume("t");
    expect(outcome).toMatchObject({ status: "completed" });
    const [, answer] = await runner.messages("t");
    expect(answer?.parts).toContainEqual(
      expect.objectContaining({
        toolCallId: "call_l",
        output: { png: "iVBORw==", at: TOLD.at },
      }),
    );
  });

  test.each([
    ["bytes", PNG],
    ["a buffer", Buffer.from(PNG)],
    ["an array buffer", PNG.slice().buffer],
    ["an address", new URL("https://files.example/a.png")],
  ])("a file of %s stays what it was, for a start that begins again and over a pause", async (_name, data) => {
    const world = open({}, { failing: 1 });
    const input: ai7.ModelMessage[] = [{ role: "user", content: [{ type: "file", data, mediaType: "image/png" }] }];
    await expect(world.runner.start("t", input)).rejects.toThrow("500");
    await world.runner.resume("t");
    await world.approve();
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed" });
    const [first, ...others] = world.prompts.map(([message]) => message);
    expect(others).toEqual([first, first]);
    const [question] = await world.runner.messages("t");
    const url = data instanceof URL ? data.href : "data:image/png;base64,iVBORw==";
    expect(question?.parts).toEqual([{ type: "file", mediaType: "image/png", url }]);
  });
});
