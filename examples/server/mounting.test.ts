// The same server, mounted in four kinds of others: it answers, tells who calls, decides, and leaves the rest to its host.
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, request as send, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { getRequestListener, serve } from "@hono/node-server";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "countersign-mounting-"));
process.env["COUNTERSIGN_DB"] = join(folder, "countersign.db");
const { gate } = await import("../approvals.ts");
const hono = await import("./hono.ts");
const express = await import("./express.ts");
const node = await import("./node.ts");
const next = await import("./app/approvals/[...path]/route.ts");
delete process.env["COUNTERSIGN_DB"];

const listening: Server[] = [];

// The store stays open: other examples in this process have the same one.
afterAll(() => {
  for (const server of listening) server.close().closeAllConnections();
});

async function at(server: Server): Promise<number> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  listening.push(server);
  return (server.address() as AddressInfo).port;
}

/** As Next calls it: a module with a function for each method. */
function asNext(): Server {
  const listener = getRequestListener((request) => {
    const handler = Object.entries(next).find(([name]) => name === request.method)?.[1] as typeof next.GET | undefined;
    return handler?.(request) ?? new Response(null, { status: 405 });
  });
  return createServer((incoming, outgoing) => void listener(incoming, outgoing));
}

const HOSTS: readonly (readonly [string, () => Promise<number>])[] = [
  ["Hono", async () => at(serve({ fetch: hono.app.fetch, port: 0, hostname: "127.0.0.1" }) as Server)],
  ["Express", () => at(createServer(express.app))],
  ["Node's http", () => at(node.server)],
  ["Next's route handlers", () => at(asNext())],
];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function call(
  port: number,
  method: string,
  path: string,
  more: { readonly body?: object; readonly session?: string } = {},
): Promise<Answer> {
  const { body, session = "s-1" } = more;
  const headers = {
    host: "app.acme.example",
    cookie: `session=${session}`,
    ...(body && { "content-type": "application/json", "sec-fetch-site": "same-origin", origin: "https://app.acme.example" }),
  };
  const sent = send({ port, host: "127.0.0.1", method, path, headers });
  sent.end(body && JSON.stringify(body));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const said = await text(response);
  return { status: response.statusCode ?? 0, body: said.startsWith("{") ? (JSON.parse(said) as unknown) : said };
}

describe.each(HOSTS)("mounted in %s", (_, listen) => {
  it("knows who calls by the application's own sign-in, and refuses everybody else", async () => {
    const port = await listen();
    expect(await call(port, "GET", "/approvals/v1/me")).toMatchObject({ status: 200, body: { id: "fiona", roles: ["finance"] } });
    expect(await call(port, "GET", "/approvals/v1/me", { session: "s-2" })).toMatchObject({
      status: 200,
      body: { id: "dora", isOperator: true },
    });
    expect(await call(port, "GET", "/approvals/v1/me", { session: "forged" })).toMatchObject({
      status: 401,
      body: { code: "UNAUTHENTICATED" },
    });
    expect((await call(port, "GET", "/elsewhere")).status).toBeGreaterThanOrEqual(404);
  });

  it("has the page, which finds its own files and the API from wherever it is mounted", async () => {
    const port = await listen();
    const page = await call(port, "GET", "/approvals/");
    expect(page).toEqual({ status: 200, body: expect.stringContaining('<base href="/approvals/" />') as string });
    expect(await call(port, "GET", `/approvals/requests/${"0".repeat(32)}`)).toEqual(page);
    const [, script = ""] = /<script[^>]* src="\.\/([^"]+)"/.exec(String(page.body)) ?? [];
    expect((await call(port, "GET", `/approvals/${script}`)).status).toBe(200);
  });

  it("takes a decision about what was shown, once", async () => {
    const port = await listen();
    const asked = await gate.ask({
      threadId: "t",
      key: `on ${port}`,
      tool: "send_payment",
      args: { recipient: "Acme Corp", amount: 4_200 },
    });
    const path = `/approvals/v1/requests/${asked.id}`;
    expect(await call(port, "GET", path)).toMatchObject({ status: 200, body: { request: { id: asked.id, status: "pending" } } });
    const decision = { type: "edit", args: { recipient: "Acme Corp", amount: 4_000 } };
    expect(await call(port, "POST", `${path}/decisions`, { body: { decision } })).toMatchObject({ status: 428 });
    const digest = (await gate.get(asked.id))?.proposal.digest;
    const body = { digest, decision };
    expect(await call(port, "POST", `${path}/decisions`, { body, session: "s-2" })).toMatchObject({ status: 403 });
    expect(await call(port, "POST", `${path}/decisions`, { body })).toMatchObject({
      status: 200,
      body: { request: { status: "approved" } },
    });
    expect(await gate.get(asked.id)).toMatchObject({ approvedArgs: { amount: 4_000 }, decisions: [{ by: { id: "fiona" } }] });
  });
});
