import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { endpoint } from "../../src/http/endpoint.ts";
import { parseJson } from "../../src/http/parse-json.ts";
import { HttpError } from "../../src/http/problem.ts";
import { asFiona, codeOf, echo, ORIGIN, post, serve } from "../support/serve.ts";

const bodies = async (body: string): Promise<{ status: number; code?: string | undefined; issues?: unknown }> => {
  const response = await serve([echo]).fetch(post("/v1/echo/1", body));
  const answer = (await response.json()) as { code?: string; details?: { issues: unknown } };
  return response.status === 200 ? { status: 200 } : { status: response.status, code: answer.code, issues: answer.details?.issues };
};
const issue = (path: readonly PropertyKey[], message: unknown) => ({
  status: 400,
  code: "BAD_BODY",
  issues: [{ path: ["body", ...path], message }],
});
const words = (text: string): string => expect.stringContaining(text) as string;

test.each<[what: string, body: string, answer: object]>([
  ["nothing", "", issue([], "there is no body")],
  ["no JSON", "{'a': 1}", issue([], words("JSON"))],
  ["half of it", '{"a": [1, 2', issue([], words("JSON"))],
  ["something behind it", "{} {}", issue([], words("JSON"))],
  ["a name that stands twice", '{"a": {"b": 1, "c": 2, "b": 3}}', issue(["a", "b"], "this name stands twice in one object")],
  [
    "a name that stands twice, written in two ways",
    '{"amount": 1, "\\u0061mount": 2}',
    issue(["amount"], "this name stands twice in one object"),
  ],
  ["a name that stands twice, in a list", '[{}, {"a": [], "a": 1}]', issue([1, "a"], "this name stands twice in one object")],
  ["__proto__", '{"args": {"__proto__": {"isAdmin": true}}}', issue(["args", "__proto__"], "this name is not taken")],
  ["__proto__ in disguise", '{"\\u005f_proto__": 1}', issue(["__proto__"], "this name is not taken")],
  ["an account number as a number", '{"account": 12345678901234567890}', issue(["account"], words("send it as text"))],
  ["a number that is infinite", '{"a": [0, -1e999]}', issue(["a", 1], words("send it as text"))],
  ["101 levels", `${"[".repeat(101)}${"]".repeat(101)}`, issue([], "it is nested deeper than 100")],
  ["100,000 levels", `${'{"a":['.repeat(50_000)}1${"]}".repeat(50_000)}`, issue([], "it is nested deeper than 100")],
  ["100 levels", `${"[".repeat(100)}${"]".repeat(100)}`, { status: 200 }],
  ["the same name in two objects", '[{"a": 1}, {"a": 1, "b": {"a": 1}}]', { status: 200 }],
  ["text that looks like a name", '{"a": "\\"b\\": {", "b": "}", "c\\\\": "a"}', { status: 200 }],
  ["numbers that are kept", "[9007199254740991, -0, 0.1, 1e30, 123456789012345.678901234567890]", { status: 200 }],
])("%s", async (_what, body, answer) => {
  expect(await bodies(body)).toEqual(answer);
});

test("ten thousand flaws are named in a few words", async () => {
  const { issues } = await bodies(`[${'{"a":1,"a":1},'.repeat(10_000)}1]`);
  expect(issues).toHaveLength(5);
});

test("a body is UTF-8", async () => {
  const latin1 = asFiona("/v1/echo/1", {
    method: "POST",
    body: Buffer.from([0x22, 0xfc, 0x22]),
    headers: { "content-type": "application/json" },
  });
  const response = await serve([echo]).fetch(latin1);
  expect([response.status, await codeOf(response)]).toEqual([400, "BAD_BODY"]);
});

test.each<[type: string, status: number]>([
  ["application/json", 200],
  ["application/json; charset=utf-8", 200],
  ['Application/JSON;charset="UTF-8"', 200],
  ["application/json; charset=utf-16", 415],
  ["text/plain", 415],
  ["application/x-www-form-urlencoded", 415],
  ["multipart/form-data; boundary=x", 415],
  ["application/json-seq", 415],
  ["text/plain; application/json", 415],
])("Content-Type: %s is %i", async (type, status) => {
  expect((await serve([echo]).fetch(post("/v1/echo/1", "{}", { "content-type": type }))).status).toBe(status);
});

test("a body says what it is, and isn't compressed", async () => {
  const { fetch } = serve([echo]);
  const nameless = asFiona("/v1/echo/1", { method: "POST", body: Buffer.from("{}") });
  expect((await fetch(nameless)).status).toBe(415);
  expect((await fetch(post("/v1/echo/1", "{}", { "content-encoding": "gzip" }))).status).toBe(415);
});

const streaming = (chunks: Iterable<Uint8Array>, headers: Readonly<Record<string, string>> = {}): Request =>
  asFiona("/v1/echo/1", {
    method: "POST",
    body: ReadableStream.from(chunks) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>,
    duplex: "half",
    headers: { "content-type": "application/json", ...headers },
  });

test("a body is counted as it comes, whatever it says of itself", async () => {
  const { fetch } = serve([echo], { limits: { body: 1_000 } });
  let given = 0;
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      given += 100;
      yield Buffer.alloc(100, " ");
    }
  }
  for (const headers of [{}, { "content-length": "2" }]) {
    const response = await fetch(streaming(endless(), headers));
    expect([response.status, await codeOf(response)]).toEqual([413, "TOO_LARGE"]);
  }
  expect(given).toBeLessThan(4_000);
  given = 0;
  expect((await fetch(streaming(endless(), { "content-length": "2000" }))).status).toBe(413);
  expect(given).toBeLessThan(200);
});

test("a body that just fits is taken, in however many pieces", async () => {
  const { fetch } = serve([echo], { limits: { body: 1_000 } });
  const text = JSON.stringify({ text: "ü".repeat(494) });
  const bytes = Buffer.from(text);
  expect(bytes.byteLength).toBe(999);
  const response = await fetch(streaming(Array.from(bytes, (byte) => Buffer.from([byte]))));
  expect(((await response.json()) as { body: unknown }).body).toEqual(JSON.parse(text));
});

test("a body that doesn't arrive is waited for so long and no longer", async () => {
  const { fetch } = serve([echo], { limits: { bodyWithin: 20 } });
  let isCancelled = false;
  const body = new ReadableStream({ start: (c) => c.enqueue(Buffer.from("{")), cancel: () => void (isCancelled = true) });
  const response = await fetch(
    asFiona("/v1/echo/1", { method: "POST", body, duplex: "half", headers: { "content-type": "application/json" } }),
  );
  expect([response.status, response.headers.get("connection"), await codeOf(response)]).toEqual([408, "close", "BODY_TOO_SLOW"]);
  expect(isCancelled).toBe(true);
});

test("the body of somebody whom nobody knows is not read", async () => {
  let isRead = false;
  const body = new ReadableStream({ pull: () => void (isRead = true) }, { highWaterMark: 0 });
  const stranger = new Request(`${ORIGIN}/v1/echo/1`, {
    method: "POST",
    body,
    duplex: "half",
    headers: { "content-type": "application/json", authorization: "Bearer bob" },
  });
  expect((await serve([echo]).fetch(stranger)).status).toBe(401);
  expect(isRead).toBe(false);
});

const takes = (body?: z.ZodType) =>
  endpoint({
    id: "takes",
    method: "delete",
    path: "/v1/it",
    summary: "Takes.",
    ...(body && { body }),
    answer: z.unknown(),
    run: async (_, given) => given,
  });

test("an endpoint without a body takes none", async () => {
  const { fetch } = serve([takes()]);
  expect((await fetch(asFiona("/v1/it", { method: "DELETE" }))).status).toBe(200);
  const response = await fetch(asFiona("/v1/it", { method: "DELETE", body: "{}", headers: { "content-type": "application/json" } }));
  expect([response.status, await codeOf(response)]).toEqual([400, "BAD_BODY"]);
});

test("a body may be optional", async () => {
  const { fetch } = serve([takes(z.strictObject({ reason: z.string() }).optional())]);
  expect((await fetch(asFiona("/v1/it", { method: "DELETE" }))).status).toBe(200);
  const response = await fetch(asFiona("/v1/it", { method: "DELETE", body: "{}", headers: { "content-type": "application/json" } }));
  expect([response.status, await codeOf(response)]).toEqual([422, "INVALID_ARGS"]);
});

test("an authenticate that reads the body is found out", async () => {
  const told: unknown[] = [];
  const { fetch } = serve([echo], {
    authenticate: async (request) => ({ id: await request.text() }),
    onError: (error) => void told.push(String(error)),
  });
  expect((await fetch(post("/v1/echo/1", "{}"))).status).toBe(500);
  expect(told).toEqual([expect.stringContaining("authenticate has read the request's body")]);
});

const json = fc
  .jsonValue()
  .map((value) => JSON.stringify(value))
  .filter((text) => !text.includes("__proto__") && !/\d{16}/.test(text));

test("what JSON.parse reads is read alike", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2, "\t"), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(parseJson(Buffer.from(spaced))).toEqual(JSON.parse(text));
    }),
  );
});

test("a name that stands twice is found wherever it is", () => {
  const twice = fc
    .tuple(fc.string(), json, json)
    .map(([name, a, b]) => `{${JSON.stringify(name)}:${a},"other":[${b}],${JSON.stringify(name)} : ${b}}`);
  const around = fc.array(fc.tuple(json, fc.constantFrom<[string, string]>(["[", "]"], ['{"in":', "}"], ['[{},"}",', ",1]"])), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(twice, around, (inner, outer) => {
      const text = outer.reduce((within, [, [before, after]]) => before + within + after, inner);
      expect(() => JSON.parse(text)).not.toThrow();
      expect(() => parseJson(Buffer.from(text))).toThrow(HttpError);
    }),
  );
});
