// What a host may log: who signed in, and who was refused.
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { beforeEach, expect, test } from "vitest";
import { createServer, signInLink, type Refused, type SignedIn } from "../../src/index.ts";

const url = "https://approvals.example";
const gate = createGate({ store: memoryStore() });
const link = signInLink({ gate, url, person: () => ({ id: "alice", roles: ["finance"] }) });
const told: (SignedIn | Refused)[] = [];
beforeEach(() => void told.splice(0));
const server = createServer({
  gate,
  hosts: ["approvals.example"],
  authenticate: [link, (request) => (request.headers.has("x-bob") ? { id: "bob" } : undefined)],
  onAccess: (event) => {
    told.push(event);
    throw new Error("the log is full");
  },
});

const send = (path: string, headers: Record<string, string> = {}, body?: object) =>
  server.fetch(
    new Request(url + path, {
      method: body ? "POST" : "GET",
      headers: { ...headers, ...(body && { "content-type": "application/json", "sec-fetch-site": "same-origin" }) },
      ...(body && { body: JSON.stringify(body) }),
    }),
    { peer: "192.0.2.7" },
  );

test("a sign-in is told once, with who it was and from where", async () => {
  const secret = new URL(await link.create()).hash.slice(1);
  const answer = await send("/auth/link", {}, { secret });
  expect(answer.status).toBe(200);
  const requestId = answer.headers.get("x-request-id");
  expect(told).toEqual([{ type: "signed-in", way: "link", by: { id: "alice", roles: ["finance"] }, peer: "192.0.2.7", requestId }]);
  const again = await send("/auth/link", {}, { secret });
  expect(again.status).toBe(401);
  expect(told[1]).toMatchObject({ type: "refused", status: 401, code: "UNAUTHENTICATED", method: "POST", path: "/auth/link" });
  expect(JSON.stringify(told)).not.toContain(secret);
});

test.each([
  [
    "a stranger",
    "/v1/requests?search=secret",
    {},
    { status: 401, code: "UNAUTHENTICATED", method: "GET", path: "/v1/requests", by: undefined },
  ],
  ["somebody without the right", "/v1/audit", { "x-bob": "1" }, { status: 403, code: "FORBIDDEN", path: "/v1/audit", by: { id: "bob" } }],
  ["a foreign name", "/v1/me", { host: "evil.example" }, { status: 421, code: "WRONG_HOST" }],
])("%s is refused, and that is told", async (_who, path, headers, expected) => {
  const answer = await send(path, headers);
  expect(answer.status).toBe(expected.status);
  expect(told).toEqual([expect.objectContaining({ type: "refused", peer: "192.0.2.7", ...expected })]);
});

test("what is answered is not told", async () => {
  for (const path of ["/healthz", "/v1/me", "/v1/requests", "/v1/requests/nope"]) await send(path, { "x-bob": "1" });
  expect(told).toEqual([]);
});
