import { definePolicy } from "@countersign/core";
import { createRunner, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { Agent, applyPatchTool, run, shellTool, tool, type AgentInputItem, type AgentOutputItem, type Tool } from "@openai/agents";
import { assistantMessage, modelError, ScriptedModel as StepByStep } from "@openai/agents/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { mcpServer } from "./support/mcp-server.ts";
import { responsesIn, ScriptedModel } from "./support/scripted-model.ts";

const PNG = [137, 80, 78, 71, 13, 10, 26, 10, 0, 255];
const bytes = () => new Uint8Array(PNG);
const base64 = Buffer.from(PNG).toString("base64");
const named = { mediaType: "application/pdf", filename: "invoice.pdf" };

class Money {
  readonly #cents = 12n;
  toJSON(): string {
    return `$${this.#cents}`;
  }
}

/** What a tool may answer that the SDK has words for itself. */
const OUTPUTS: Readonly<Record<string, () => unknown>> = {
  "a picture as bytes": () => ({ type: "image", image: { data: bytes(), mediaType: "image/png" }, detail: "high" }),
  "a picture as a Buffer": () => ({ type: "image", image: { data: Buffer.from(PNG), mimeType: "image/png" } }),
  "a picture as base64": () => ({ type: "image", image: { data: base64, mediaType: "image/png" } }),
  "a picture as a data URL": () => ({ type: "image", image: `data:image/png;base64,${base64}` }),
  "a picture as a data URL in data": () => ({
    type: "image",
    image: { data: `data:image/png;base64,${base64}`, mediaType: "image/png" },
  }),
  "a picture without a media type": () => ({ type: "image", image: { data: bytes() } }),
  "a picture by its URL": () => ({ type: "image", image: { url: "https://x.example/a.png" }, providerData: { a: 1 } }),
  "a picture by its id": () => ({ type: "image", image: { fileId: "file_1" } }),
  "a picture by an older id": () => ({ type: "image", image: { id: "file_1" } }),
  "a picture in older words": () => ({ type: "image", imageUrl: "https://x.example/a.png", fileId: "file_1" }),
  "a picture by an id beside it": () => ({ type: "image", fileId: "file_1" }),
  "a picture with its bytes beside it": () => ({ type: "image", data: bytes(), mimeType: "image/png" }),
  "a picture with base64 beside it": () => ({ type: "image", image: "", data: base64 }),
  "a picture that is none": () => ({ type: "image", image: { data: new Uint8Array() } }),
  "a file as bytes": () => ({ type: "file", file: { data: bytes(), ...named }, providerData: { a: 1 } }),
  "a file as base64": () => ({ type: "file", file: { data: base64, ...named } }),
  "a file without a name": () => ({ type: "file", file: { data: base64, mediaType: "application/pdf" } }),
  "a file as text": () => ({ type: "file", file: `data:application/pdf;base64,${base64}` }),
  "a file by its URL": () => ({ type: "file", file: { url: "https://x.example/a.pdf", filename: "a.pdf" } }),
  "a file by its id": () => ({ type: "file", file: { id: "file_1" } }),
  "a file by another id": () => ({ type: "file", file: { fileId: "file_1", filename: "a.pdf" } }),
  "a file in older words": () => ({ type: "file", fileData: bytes(), ...named }),
  "a file in older words without a name": () => ({ type: "file", fileData: base64, fileUrl: "https://x.example/a.pdf" }),
  "a file by an older URL": () => ({ type: "file", fileUrl: "https://x.example/a.pdf", filename: "a.pdf" }),
  "a file by an older id": () => ({ type: "file", fileId: "file_1" }),
  "a text part": () => ({ type: "text", text: "paid", providerData: { a: 1 } }),
  "several parts": () => [{ type: "text", text: "the receipt" }, { type: "image", image: { data: bytes(), mediaType: "image/png" } }], // prettier-ignore
  "parts beside something else": () => [{ type: "text", text: "the receipt" }, "and more"],
  "no parts": () => [],
  text: () => "paid",
  bytes,
  "an object with bytes, a file, a date and nothing": () => ({
    picture: bytes(),
    file: Buffer.from("%PDF"),
    at: new Date("2026-11-29T09:00:00.123Z"),
    none: undefined,
  }),
  "a date": () => new Date("2026-11-29T09:00:00.123Z"),
  "a Map": () => new Map([["a", 1]]),
  "no number": () => Number.NaN,
  nothing: () => undefined,
  null: () => null,
};

/** What the SDK would refuse, or say something wrong of. */
const UNTELLABLE: Readonly<Record<string, readonly [() => unknown, string]>> = {
  "a bigint": [() => 10n, "10"],
  "an object with bigints": [
    () => ({ paid: 10n, of: [{ left: 0n }], at: new Date(0) }),
    '{"paid":"10","of":[{"left":"0"}],"at":"1970-01-01T00:00:00.000Z"}',
  ],
  "an object of a class": [() => new Money(), "$12"],
  "an object of a class with bigints": [() => new (class Total { readonly paid = 10n; })(), '{"paid":"10"}'], // prettier-ignore
};

const outputsIn = (items: readonly AgentInputItem[]) =>
  items.flatMap((item) => (item.type === "function_call_result" ? [item.output] : []));
const resultOf = (model: ScriptedModel) => outputsIn(model.lastItems).at(-1);

/** One signed call of the tool. The model's provider is down as long as the line is. */
function opened(made: () => Tool) {
  const desk = openDesk({ policy: definePolicy({ default: "ask" }) });
  const line = { down: false };
  const model = new ScriptedModel((items) => {
    if (line.down) throw new Error("down");
    return responsesIn(items) === 0 ? [{ name: "make", args: { amount: 5 } }] : "done";
  });
  const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [made()]) }), { name: "a" });
  return { desk, line, model, runner };
}

const making = (output: () => unknown) => () =>
  tool({ name: "make", description: "", parameters: z.object({ amount: z.number() }), execute: async () => output() });

/** What the model is told first, in a replay, and of a call that a broken run left open. */
async function tellings(made: () => Tool, edited = false): Promise<readonly unknown[]> {
  const { desk, line, model, runner } = opened(made);
  await runner.start("t", "go");
  if (edited) await desk.edit({ amount: 4 });
  else await desk.approve();
  line.down = true;
  await expect(runner.resume("t")).rejects.toThrow("down");
  const first = resultOf(model);
  await expect(runner.resume("t")).rejects.toThrow("down");
  const again = resultOf(model);
  line.down = false;
  expect(await runner.start("t", "never mind")).toMatchObject({ status: "completed" });
  return [first, again, resultOf(model)];
}

/** As the SDK itself tells it, without Countersign. */
async function native(made: () => Tool): Promise<unknown> {
  const model = new ScriptedModel((items) => (responsesIn(items) === 0 ? [{ name: "make", args: { amount: 5 } }] : "done"));
  await run(new Agent({ name: "A", model, tools: [made()] }), "go");
  return resultOf(model);
}

describe("what a tool answered is told", () => {
  test.each(Object.entries(OUTPUTS))("as the SDK tells it, first, again, and after a broken run: %s", async (_what, output) => {
    const plain = await native(making(output));
    for (const told of await tellings(making(output))) expect(told).toEqual(plain);
  });

  test.each(Object.entries(OUTPUTS))("behind the notice of an edit, in the same form: %s", async (_what, output) => {
    const plain = await native(making(output));
    const [first, ...others] = await tellings(making(output), true);
    const notice = expect.stringMatching(/^A person reviewed this call.*"amount":4/) as unknown;
    if (Array.isArray(plain)) expect(first).toEqual([{ type: "input_text", text: notice }, ...(plain as unknown[])]);
    else expect((first as { text: string }).text.endsWith(`\n${(plain as { text: string }).text}`)).toBe(true);
    for (const other of others) expect(other).toEqual(first);
  });

  test.each(Object.entries(UNTELLABLE))("in words that the SDK has: %s", async (_what, [output, text]) => {
    for (const told of await tellings(making(output))) expect(told).toEqual({ type: "text", text });
  });
});

test("an object that can't be read ends no run", async () => {
  const unreadable = (): unknown => ({
    toJSON() {
      throw new Error("closed");
    },
  });
  const [first, again] = await tellings(making(unreadable));
  expect(first).toEqual(await native(making(unreadable)));
  expect(again).toMatchObject({ type: "text", text: expect.stringContaining("This call ran.") });
});

test("a local MCP server's pictures and structured content are told again as they were told first", async () => {
  const server = Object.assign(mcpServer("bank", ["make"]), {
    useStructuredContent: true,
    callToolResult: async () => ({
      content: [{ type: "image", data: base64, mimeType: "image/png" }],
      structuredContent: { paid: 5 },
    }),
  });
  const { gate } = openDesk();
  const [made] = await gateMcpServers(gate, [server]);
  if (!made) throw new Error("no tool");
  const [first, again, left] = await tellings(() => made);
  expect(again).toEqual(first);
  expect(left).toEqual(first);
  expect(JSON.stringify(first)).toContain("paid");
});

describe("what a program reads", () => {
  const reading = (output: () => unknown) => (): Tool =>
    tool({
      name: "make",
      description: "",
      parameters: z.object({ amount: z.number() }),
      outputSchema: { type: "object", properties: {}, required: [], additionalProperties: true } as never,
      errorFunction: () => ({ failed: true }) as never,
      execute: async () => output() as never,
    });

  test.each<readonly [string, () => unknown, string]>([
    ["a bigint", () => ({ paid: 10n }), '{"paid":"10"}'],
    ["nothing", () => undefined, "null"],
    ["a text", () => "5", '"5"'],
    ["a failure", () => Promise.reject(new Error("no")), '{"failed":true}'],
  ])("is JSON, first and again: %s", async (_what, output, text) => {
    const [first, again] = await tellings(reading(output));
    expect([first, again]).toEqual([
      { type: "text", text },
      { type: "text", text },
    ]);
  });
});

describe("a call that ran in a broken run, in the form of its kind", () => {
  const answer = { stdout: "done", stderr: "", outcome: { type: "exit", exitCode: 0 } } as const;
  const changed = async () => ({ status: "completed", output: "deleted" }) as const;

  test.each<readonly [string, () => Tool, object, object]>([
    [
      "a shell",
      () => shellTool({ shell: { run: async () => ({ output: [answer], maxOutputLength: 9 }) } }),
      { type: "shell_call", callId: "c", status: "completed", action: { commands: ["rm x"] } },
      { type: "shell_call_output", output: [answer], maxOutputLength: 9 },
    ],
    [
      "a patch",
      () => applyPatchTool({ editor: { createFile: changed, updateFile: changed, deleteFile: changed } }),
      { type: "apply_patch_call", callId: "c", status: "completed", operation: { type: "delete_file", path: "a.txt" } },
      { type: "apply_patch_call_output", status: "completed", output: "deleted" },
    ],
  ])("%s", async (_kind, made, call, told) => {
    const desk = openDesk({ policy: definePolicy({ default: "ask" }) });
    const model = new StepByStep([[call as AgentOutputItem], modelError(new Error("down")), [assistantMessage("done")]]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [made()]) }), { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    await expect(runner.resume("t")).rejects.toThrow("down");
    expect(await runner.start("t", "never mind")).toMatchObject({ status: "completed" });
    expect(model.lastCall?.request.input).toContainEqual(expect.objectContaining(told));
  });
});
