import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approve, type ApprovalRequest, type Gate } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { beforeAll, describe, expect, test } from "vitest";
import { createServer, type Server, type ServerOptions } from "../../src/index.ts";
import { nodeListener } from "../../src/node.ts";
import { openEndpoints } from "../../src/routes/open.ts";
import { ENDPOINTS } from "../../src/routes/endpoints.ts";
import { Problem } from "../../src/schemas/problem.ts";
import { CALLERS, desk, type Desk } from "../support/desk.ts";

const ORIGIN = "https://approvals.example";

/** Something that each endpoint with a body takes. */
const BODIES: Readonly<Record<string, (request: ApprovalRequest) => object>> = {
  decide: ({ proposal }) => ({ digest: proposal.digest, decision: { type: "reject", message: "No." } }),
  decideTogether: ({ id, proposal }) => ({ items: [{ id, digest: proposal.digest }], decision: { type: "reject" } }),
  previewEdit: ({ proposal }) => ({ digest: proposal.digest, args: proposal.args }),
  cancel: () => ({ reason: "Asked by mistake." }),
  settle: () => ({ failed: "The bank has no such payment." }),
  freeze: () => ({ tool: "send_payment", reason: "The wrong bank." }),
};

const all = ENDPOINTS.map(({ id, method, path, body }) => ({ id, method: method.toUpperCase(), path, body }));
const withBody = all.filter(({ body }) => body);
const address = (path: string, { id }: ApprovalRequest): string => path.replaceAll(/\{\w+\}/g, id);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An operator who may sign as well, as far as the rules let them. */
  readonly as?: "operator" | "reviewer" | "nobody";
}

function send({ server }: Pick<Desk, "server">, { method, path, body, headers, as = "operator" }: Sent): Promise<Response> {
  const request = new Request(ORIGIN + path, {
    method,
    headers: {
      ...(as !== "nobody" && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  return server.fetch(request);
}

async function refusal(response: Response): Promise<[status: number, code: string]> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const { status, code } = Problem.parse(await response.json());
  expect(status).toBe(response.status);
  return [status, code];
}

let shared: Desk;
let waiting: ApprovalRequest;
beforeAll(async () => {
  shared = desk();
  waiting = await shared.payment("bad-input");
});

test("each endpoint with a body has one here", () => {
  expect(Object.keys(BODIES).toSorted()).toEqual(withBody.map(({ id }) => id).toSorted());
});

describe.each(withBody)("$method $path", ({ id, method, path }) => {
  const right = (): string => JSON.stringify(BODIES[id]?.(waiting));
  test.each<[what: string, body: () => string | undefined, status: number, code: string]>([
    ["no body", () => undefined, 400, "BAD_BODY"],
    ["an empty body", () => "", 400, "BAD_BODY"],
    ["half a body", () => right().slice(0, -1), 400, "BAD_BODY"],
    ["a list", () => "[]", 422, "INVALID_ARGS"],
    ["text", () => '"approve"', 422, "INVALID_ARGS"],
    ["null", () => "null", 422, "INVALID_ARGS"],
    ["true", () => "true", 422, "INVALID_ARGS"],
    ["an unknown member", () => JSON.stringify({ ...BODIES[id]?.(waiting), isAdmin: true }), 422, "INVALID_ARGS"],
    ["2 MB", () => JSON.stringify({ ...BODIES[id]?.(waiting), comment: "x".repeat(2_000_000) }), 413, "TOO_LARGE"],
    ["deep nesting", () => `{"args":${'{"a":'.repeat(5_000)}1${"}".repeat(5_001)}`, 400, "BAD_BODY"],
    ["a name twice", () => right().replace("{", '{"reason":"a","reason":"b",'), 400, "BAD_BODY"],
    ["__proto__", () => right().replace("{", '{"__proto__":{"isOperator":true},'), 400, "BAD_BODY"],
  ])("%s", async (_what, body, status, code) => {
    const sent = body();
    const response = await send(shared, { method, path: address(path, waiting), ...(sent !== undefined && { body: sent }) });
    expect(await refusal(response)).toEqual([status, code]);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])("a body of type %s", async (type) => {
    const sent = { method, path: address(path, waiting), body: right(), headers: { "content-type": type } };
    expect(await refusal(await send(shared, sent))).toEqual([415, "NOT_JSON_BODY"]);
  });

  test("a slow client", async () => {
    await using http = await listening();
    const socket = connect(http.port, "127.0.0.1");
    socket.write(
      `${method} ${address(path, waiting)} HTTP/1.1\r\nHost: approvals.example\r\nAuthorization: Bearer operator\r\n` +
        `Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    const [answer] = (await once(socket.setEncoding("utf8"), "data")) as [string];
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    // It is not kept waiting for the rest.
    await once(socket, "close");
  });
});

describe.each(all)("$method $path", ({ id, method, path, body }) => {
  const right = (): { body?: string } => (body ? { body: JSON.stringify(BODIES[id]?.(waiting)) } : {});

  test("a wrong method", async () => {
    const response = await send(shared, { method: "PATCH", path: address(path, waiting) });
    expect(response.headers.get("allow")?.split(", ")).toContain(method);
    expect(await refusal(response)).toEqual([405, "METHOD_NOT_ALLOWED"]);
  });

  test("nobody", async () => {
    const response = await send(shared, {
      method,
      path: address(path, waiting),
      as: "nobody",
      ...right(),
      headers: { "sec-fetch-site": "same-origin" },
    });
    expect(await refusal(response)).toEqual([401, "UNAUTHENTICATED"]);
  });

  test("another site's page", async () => {
    const response = await send(shared, {
      method,
      path: address(path, waiting),
      as: "nobody",
      ...right(),
      headers: { origin: "https://evil.example" },
    });
    expect(await refusal(response)).toEqual(method === "GET" ? [401, "UNAUTHENTICATED"] : [403, "CROSS_ORIGIN"]);
  });

  if (method !== "GET" && !body)
    test("a body where there is none", async () => {
      expect(await refusal(await send(shared, { method, path: address(path, waiting), body: "{}" }))).toEqual([400, "BAD_BODY"]);
    });
});

test("none of this has changed anything", async () => {
  expect(await shared.gate.get(waiting.id)).toEqual(waiting);
  expect(await shared.gate.freezes()).toEqual([]);
});

test("a store that is away: 503 with Retry-After from every endpoint that needs it, and nothing half done", async () => {
  const folder = mkdtempSync(join(tmpdir(), "server-"));
  const file = join(folder, "countersign.db");
  const store = sqliteStore(file);
  const { gate, payment } = desk(store);
  const before = { server: serverBefore(gate) };
  const request = await payment("away");
  await gate.decide(await payment("signed"), approve(), { by: CALLERS.reviewer.by });
  await store.close();

  const answers: Record<string, number> = {};
  for (const { id, method, path, body } of all) {
    const sent = { method, path: address(path, request), ...(body && { body: JSON.stringify(BODIES[id]?.(request)) }) };
    // Who may not do it is told so without the store.
    const response = await send(before, { ...sent, as: id.startsWith("decide") || id === "settle" ? "reviewer" : "operator" });
    answers[id] = response.status;
    const text = await response.text();
    expect([id, text.includes(folder)]).toEqual([id, false]);
    if (response.status === 503) expect([id, response.headers.get("retry-after")]).toEqual([id, "5"]);
    if (id === "decideTogether") expect(text).toContain("STORE_UNAVAILABLE");
  }
  expect(answers).toEqual({ ...Object.fromEntries(all.map(({ id }) => [id, 503])), getMe: 200, decideTogether: answers["decideTogether"] });
  for (const { path } of openEndpoints(gate, () => ({})))
    expect([path, (await send(before, { method: "GET", path, as: "nobody" })).status]).toEqual([path, path === "/readyz" ? 503 : 200]);

  await using again = sqliteStore(file);
  const after = desk(again);
  expect(await after.gate.get(request.id)).toEqual(request);
  expect(await after.gate.freezes()).toEqual([]);
  expect((await after.gate.verify()).unreadable).toBeUndefined();
  rmSync(folder, { recursive: true });
});

function serverBefore(gate: Gate, limits: ServerOptions["limits"] = {}): Server {
  return createServer({
    gate,
    authenticate: ({ headers }) => CALLERS[headers.get("authorization")?.replace("Bearer ", "") as keyof typeof CALLERS],
    hosts: ["approvals.example"],
    operators: ["ops"],
    limits,
    onError: () => {},
  });
}

async function listening(): Promise<{ readonly port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const listener = nodeListener(serverBefore(shared.gate, { bodyWithin: 30 }));
  const http = createHttpServer((incoming, outgoing) => void listener(incoming, outgoing)).listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}
