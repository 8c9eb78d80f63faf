import { approve, reject } from "@countersign/core";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createServer, type Server } from "../../src/index.ts";
import { Problem } from "../../src/schemas/problem.ts";
import { CALLERS, desk, type CallerName } from "../support/desk.ts";
import { valuesOf, type Schemas } from "../support/from-schema.ts";

const ORIGIN = "https://approvals.example";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: unknown;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

let server: Server;
let document: OpenApi;
/** What there is: requests in every state, a grant, a freeze. */
let ids: readonly string[];
const failed: unknown[] = [];

beforeAll(async () => {
  const { gate, payment, firing, replaced, unknown } = desk();
  const { by } = CALLERS.reviewer;
  const [signed, refused] = [await payment("signed"), await payment("refused")];
  await gate.decide(signed, approve({ remember: { scope: "exact-args", for: "1d" } }), { by });
  await gate.decide(refused, reject("No."), { by });
  const waiting = [await payment("waiting"), await firing("waiting"), await unknown("unknown"), await replaced()];
  const freeze = await gate.freeze({ tool: "fire_person" }, { by, reason: "Not this week." });
  ids = [signed, refused, ...waiting, freeze, ...(await gate.grants())].map(({ id }) => id);
  server = createServer({
    gate,
    hosts: ["approvals.example"],
    operators: ["ops"],
    auditors: ["audit"],
    authenticate: ({ headers }) => CALLERS[headers.get("authorization")?.replace("Bearer ", "") as CallerName],
    limits: { requests: false, failures: false, body: 20_000 },
    onError: (error) => void failed.push(error),
  });
  document = (await (await server.fetch(new Request(`${ORIGIN}/v1/openapi.json`))).json()) as OpenApi;
});

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("__proto__", "constructor", "../..", "\0", "%", "null"),
);
const headerText = fc.string({ maxLength: 20 }).map((value) => value.replaceAll(/[^\x21-\x7e]/g, "") || "*");

/** Mostly what the document says, sometimes anything. */
function orAny(right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown> = fc.jsonValue()): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: right, weight: 5 }, { arbitrary: wrong, weight: 1 });
}

function requestTo(path: string, method: string, { parameters = [], requestBody }: Operation): fc.Arbitrary<Request> {
  const { schemas } = document.components;
  const named = (place: Parameter["in"]): readonly Parameter[] => parameters.filter((each) => each.in === place);
  const segments = fc.record(
    Object.fromEntries(
      named("path").map(({ name }) => [name, fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 4 }, { arbitrary: text, weight: 1 })]),
    ),
  );
  const query = fc.record(Object.fromEntries(named("query").map(({ name, schema }) => [name, orAny(valuesOf(schema, schemas), text)])), {
    requiredKeys: [],
  });
  const more = fc.array(fc.tuple(text, text), { maxLength: 2 });
  const headers = fc.record(
    { "if-match": headerText, "last-event-id": headerText, accept: headerText, prefer: headerText },
    { requiredKeys: [] },
  );
  const schema = requestBody?.content["application/json"]?.schema;
  const body =
    schema === undefined ? fc.constant(undefined) : orAny(withIds(valuesOf(schema, schemas))).map((value) => JSON.stringify(value));
  const caller = fc.oneof(fc.constantFrom(...(Object.keys(CALLERS) as CallerName[])), fc.constant("nobody"));
  return fc.record({ segments, query, more, headers, body, caller }).map((given) => {
    const url = new URL(
      ORIGIN + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent((given.segments[name] ?? "").toWellFormed()) || "x"),
    );
    for (const [name, value] of [...Object.entries(given.query), ...given.more])
      for (const each of [value].flat()) url.searchParams.append(name, typeof each === "string" ? each : JSON.stringify(each));
    return new Request(url, {
      method,
      headers: {
        ...given.headers,
        authorization: `Bearer ${given.caller}`,
        ...(given.body !== undefined && { "content-type": "application/json" }),
      },
      ...(given.body !== undefined && { body: given.body }),
    });
  });
}

/** An id in a body is mostly one that there is. */
function withIds(bodies: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(bodies, fc.constantFrom(...ids))
    .map(([body, id]) => JSON.parse(JSON.stringify(body), (key, value: unknown) => (key === "id" ? id : value)) as unknown);
}

test("nothing that the document lets anybody send is answered with a 500", async () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  expect(operations.length).toBeGreaterThan(15);
  const statuses = new Map<string, Set<number>>();
  for (const { path, method, operation } of operations) {
    const seen = new Set<number>();
    statuses.set(`${method} ${path}`, seen);
    const isAnswered = fc.asyncProperty(requestTo(path, method, operation), async (request) => {
      const response = await server.fetch(request);
      seen.add(response.status);
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) await response.body?.cancel();
      else if (response.status >= 400) expect(Problem.parse(await response.json()).status).toBe(response.status);
      expect([request.method, request.url, response.status, ...failed]).toEqual([
        request.method,
        request.url,
        expect.toSatisfy((status: number) => status < 500),
      ]);
    });
    await fc.assert(isAnswered, { numRuns: 60, seed: 25 });
  }
  // It came further than the door.
  expect([...statuses.values()].filter((seen) => seen.has(200)).length).toBeGreaterThan(operations.length / 2);
});
