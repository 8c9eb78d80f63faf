import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server as HttpServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer, getRequestListener } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import express from "express";
import { Hono } from "hono";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Server } from "../../src/create-server.ts";
import { nodeListener } from "../../src/node.ts";
import { codeOf, echo, getting, serve } from "../support/serve.ts";

const BASE = "/approvals";
const open: HttpServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

type Fetch = Server["fetch"];

/** Each as its documentation says it. */
const MOUNTS: Readonly<Record<string, (fetch: Fetch) => HttpServer>> = {
  "Node's http": (fetch) => createServer((incoming, outgoing) => void nodeListener({ fetch })(incoming, outgoing)),
  Hono: (fetch) => {
    const app = new Hono();
    app.all(`${BASE}/*`, (c) => fetch(c.req.raw, { peer: getConnInfo(c).remote.address }));
    return createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as HttpServer;
  },
  Express: (fetch) => createServer(express().use(BASE, nodeListener({ fetch }))),
  "Express, with the whole path": (fetch) => createServer(express().all(`${BASE}/{*path}`, nodeListener({ fetch }))),
  // app/approvals/[...path]/route.ts: `export const GET = (request: Request) => server.fetch(request)`, and so on.
  "Next's route handlers": (fetch) => {
    const handle = (request: Request): Promise<Response> => fetch(request);
    const route: Readonly<Record<string, (request: Request, context: object) => Promise<Response>>> = {
      GET: handle,
      POST: handle,
      DELETE: handle,
    };
    const next = getRequestListener(
      (request) => route[request.method]?.(request, { params: Promise.resolve({ path: [] }) }) ?? new Response(null, { status: 405 }),
      { overrideGlobalObjects: false },
    );
    return createServer((incoming, outgoing) => void next(incoming, outgoing));
  },
};
/** Next doesn't tell its handlers where a connection comes from. */
const knowsPeer = (mount: string): boolean => !mount.startsWith("Next");

/** What a stream gets to know of whoever reads it. */
interface Reader {
  ends: () => void;
}

async function listening(
  mount: string,
  reader: Reader = { ends: () => {} },
  limits: object = {},
): Promise<{ url: string; port: number; errors: unknown[] }> {
  const errors: unknown[] = [];
  let fetch: Fetch = () => Promise.reject(new Error("not yet"));
  const http = MOUNTS[mount]?.((...given) => fetch(...given)) ?? createServer();
  open.push(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const who = getting(async ({ arrival, request }) => ({ peer: arrival.peer, path: new URL(request.url).pathname }), {
    id: "who",
    path: "/v1/who",
  });
  const cookies = getting(
    async ({ request }) => {
      const headers = new Headers([
        ["Set-Cookie", "a=1; Path=/; HttpOnly"],
        ["Set-Cookie", "b=2; Path=/"],
      ]);
      return Response.json({ got: request.headers.get("cookie") }, { headers });
    },
    { id: "cookies", path: "/v1/cookies" },
  );
  const stream = getting(async () => events(reader), { id: "stream", path: "/v1/stream" });
  const waits = getting(
    ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          reader.ends();
          reject(signal.reason as Error);
        }),
      ),
    { id: "waits", path: "/v1/waits" },
  );
  ({ fetch } = serve([who, cookies, stream, waits, echo], {
    basePath: BASE,
    hosts: [`127.0.0.1:${port}`],
    limits,
    onError: (error) => void errors.push(error),
  }));
  return { url: `http://127.0.0.1:${port}${BASE}`, port, errors };
}

function events({ ends }: Reader): Response {
  let tick: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let id = 0;
      tick = setInterval(() => controller.enqueue(Buffer.from(`id: ${++id}\n\n`)), 5);
    },
    cancel() {
      clearInterval(tick);
      ends();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

const headers = { authorization: "Bearer fiona" };
const json = { ...headers, "content-type": "application/json" };

describe.each(Object.keys(MOUNTS))("%s", (mount) => {
  test("tells the path and the peer", async () => {
    const { url } = await listening(mount);
    const answer = await fetch(`${url}/v1/who`, { headers });
    expect(await answer.json()).toEqual({ path: `${BASE}/v1/who`, ...(knowsPeer(mount) && { peer: "127.0.0.1" }) });
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("keeps cookies, each by itself", async () => {
    const { url } = await listening(mount);
    const answer = await fetch(`${url}/v1/cookies`, { headers: { ...headers, cookie: "session=fiona; b=2" } });
    expect(answer.headers.getSetCookie()).toEqual(["a=1; Path=/; HttpOnly", "b=2; Path=/"]);
    expect(await answer.json()).toEqual({ got: "session=fiona; b=2" });
  });

  test("carries bodies, and problems", async () => {
    const { url } = await listening(mount);
    const answer = await fetch(`${url}/v1/echo/1`, { method: "POST", body: '{"x":"ü"}', headers: json });
    expect(await answer.json()).toEqual({ params: { id: "1" }, query: {}, body: { x: "ü" } });
    const twice = await fetch(`${url}/v1/echo/1`, { method: "POST", body: '{"x":1,"x":2}', headers: json });
    expect([twice.status, twice.headers.get("content-type"), await codeOf(twice)]).toEqual([400, "application/problem+json", "BAD_BODY"]);
    const large = await fetch(`${url}/v1/echo/1`, { method: "POST", body: `"${"x".repeat(2_000_000)}"`, headers: json });
    expect([large.status, await codeOf(large)]).toEqual([413, "TOO_LARGE"]);
  });

  test("streams, and ends it when the reader goes", async () => {
    const ends = vi.fn<() => void>();
    const { url, errors } = await listening(mount, { ends });
    const gone = new AbortController();
    const answer = await fetch(`${url}/v1/stream`, { headers, signal: gone.signal });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let read = "";
    while (!read.includes("id: 3\n")) read += (await reader?.read())?.value ?? "";
    expect(ends).not.toHaveBeenCalled();
    gone.abort();
    await vi.waitFor(() => expect(ends).toHaveBeenCalledOnce());
    expect(errors).toEqual([]);
  });

  test("tells an endpoint that the caller has gone, and that is no error", async () => {
    const ends = vi.fn<() => void>();
    const { url, errors } = await listening(mount, { ends });
    const gone = new AbortController();
    const answer = fetch(`${url}/v1/waits`, { headers, signal: gone.signal }).catch(() => "gone");
    await sleep(50);
    gone.abort();
    expect(await answer).toBe("gone");
    await vi.waitFor(() => expect(ends).toHaveBeenCalledOnce());
    expect(errors).toEqual([]);
  });

  test("gives a slow client so long and no longer", async () => {
    const { port, errors } = await listening(mount, undefined, { bodyWithin: 50 });
    const answer = await slowly(port, "POST %s/v1/echo/1 HTTP/1.1\r\nContent-Length: 100\r\nContent-Type: application/json\r\n", '{"a":');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"BODY_TOO_SLOW"');
    expect(errors).toEqual([]);
  });

  test("a client that goes in the middle of its body is no error", async () => {
    const { port, errors } = await listening(mount);
    const request = httpRequest({
      port,
      host: "127.0.0.1",
      path: `${BASE}/v1/echo/1`,
      method: "POST",
      headers: { ...json, "content-length": 100 },
    });
    request.on("error", () => {});
    request.write('{"a":');
    await sleep(50);
    request.destroy();
    await sleep(50);
    expect(errors).toEqual([]);
  });

  test("answers on after it has refused a body", async () => {
    const { port } = await listening(mount, undefined, { body: 10 });
    const agent = { port, host: "127.0.0.1", headers: json };
    const first = await answerTo({ ...agent, path: `${BASE}/v1/echo/1`, method: "POST" }, JSON.stringify("x".repeat(50_000)));
    expect(first.statusCode).toBe(413);
    expect((await answerTo({ ...agent, path: `${BASE}/v1/who`, method: "GET" })).statusCode).toBe(200);
  });
});

test("Express: a body parser that came first is found out", async () => {
  const told: unknown[] = [];
  let handler: Fetch = () => Promise.reject(new Error("not yet"));
  const http = createServer(
    express()
      .use(express.json())
      .use(BASE, nodeListener({ fetch: (...given) => handler(...given) })),
  );
  open.push(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  handler = serve([echo], { basePath: BASE, hosts: [`127.0.0.1:${port}`], onError: (error) => void told.push(error) }).fetch;
  const answer = await fetch(`http://127.0.0.1:${port}${BASE}/v1/echo/1`, { method: "POST", body: "{}", headers: json });
  expect(answer.status).toBe(500);
  expect(told).toEqual([
    expect.objectContaining({ code: "SETUP", message: expect.stringContaining("Mount it before express.json()") as string }),
  ]);
});

test("the process keeps its own Request and Response", async () => {
  const before = [globalThis.Request, globalThis.Response];
  await listening("Node's http");
  expect([globalThis.Request, globalThis.Response]).toEqual(before);
});

test.each(Object.keys(MOUNTS))("an address with somebody's name in it is refused, and is nobody's error: %s", async (mount) => {
  const { port, errors } = await listening(mount);
  const answer = await slowly(port, `GET http://me:secret@127.0.0.1:${port}%s/v1/who HTTP/1.1\r\n`, "");
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(errors).toEqual([]);
});

/** Sends a head and some of its body, and no more. */
async function slowly(port: number, head: string, some: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${head.replace("%s", BASE)}Host: 127.0.0.1:${port}\r\nAuthorization: Bearer fiona\r\n\r\n${some}`);
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  await vi.waitFor(() => expect(answer).toContain("}"), { timeout: 5_000 });
  socket.destroy();
  return answer;
}

async function answerTo(options: object, body?: string): Promise<IncomingMessage> {
  const request = httpRequest(options);
  request.end(body);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return answer;
}
