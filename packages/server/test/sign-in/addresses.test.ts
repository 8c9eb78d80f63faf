import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { callerOf } from "../../src/access/authenticate.ts";
import { requireFreshSignIn } from "../../src/access/fresh.ts";
import { personOf } from "../../src/access/people.ts";
import { z } from "zod";
import type { Caller } from "../../src/access/caller.ts";
import { appOf } from "../../src/create-server.ts";
import { endpoint } from "../../src/http/endpoint.ts";
import { readOptions } from "../../src/read-options.ts";
import { ENDPOINTS } from "../../src/routes/endpoints.ts";
import { createServer, oidc, signInLink, type ServerOptions } from "../../src/index.ts";
import { cookieAt } from "../../src/sign-in/cookie.ts";
import { readPublicUrl, returnUrl } from "../../src/sign-in/public-url.ts";

const gate = createGate({ store: memoryStore() });
const link = (url: string) => signInLink({ gate, url, person: () => ({ id: "alice" }) });
const byOidc = (url: string, name?: string) =>
  oidc({ gate, url, issuer: "https://id.example", clientId: "c", people: [], ...(name !== undefined && { name }) });
const hosts = ["approvals.example", "localhost:4000"];

test.each([
  ["https://approvals.example", "__Host-countersign-oidc=v; Path=/; HttpOnly; SameSite=Lax; Secure"],
  ["https://approvals.example/base/", "__Host-countersign-oidc=v; Path=/; HttpOnly; SameSite=Lax; Secure"],
  ["https://approvals.example:8443", "__Host-countersign-oidc-8443=v; Path=/; HttpOnly; SameSite=Lax; Secure"],
  ["http://localhost:4000", "countersign-oidc-4000=v; Path=/; HttpOnly; SameSite=Lax"],
  ["http://127.0.0.1:4000", "countersign-oidc-4000=v; Path=/; HttpOnly; SameSite=Lax"],
  ["http://[::1]:4000", "countersign-oidc-4000=v; Path=/; HttpOnly; SameSite=Lax"],
])("the cookie of %s", (url, cookie) => {
  expect(cookieAt(readPublicUrl(url), "oidc").set("v")).toBe(cookie);
});

test.each([
  "http://approvals.example",
  "http://192.168.1.4",
  "http://127.0.0.1.evil.example",
  "http://localhost.evil.example",
  "approvals.example",
  "/approvals",
  "ftp://localhost",
  "https://approvals.example/?a",
  "https://approvals.example/#a",
  "https://me:secret@approvals.example",
])("no session can be kept at %s", (url) => {
  expect(() => readPublicUrl(url)).toThrow(expect.objectContaining({ code: "SETUP" }));
});

test("a cookie that is there twice is none", () => {
  const cookie = cookieAt(readPublicUrl("http://localhost:4000"), "oidc");
  const read = (header: string): string | undefined => cookie.read(new Request("http://localhost:4000", { headers: { cookie: header } }));
  expect(read("a=b; countersign-oidc-4000=one; c=d")).toBe("one");
  expect(read("countersign-oidc-4000=one; countersign-oidc-4000=two")).toBeUndefined();
  expect(read("countersign-oidc=one; xcountersign-oidc-4000=two")).toBeUndefined();
});

const HOME = "https://approvals.example/base/";
test.each([
  ["/base/requests/1?a=b#c", `${HOME}requests/1?a=b#c`],
  [`${HOME}requests/1`, `${HOME}requests/1`],
  ["requests/1", `${HOME}requests/1`],
  ["/base/authors", `${HOME}authors`],
  ["/base/", HOME],
  ["/base", HOME],
  ["", HOME],
  [null, HOME],
  ["/based/requests", HOME],
  ["/other", HOME],
  ["/base/../other", HOME],
  ["/base/%2e%2e/other", HOME],
  ["/base/auth/oidc/sign-in", HOME],
  ["/base/x/../auth/link", HOME],
  ["/base/auth", HOME],
  ["http://approvals.example/base/", HOME],
  ["https://approvals.example:8443/base/", HOME],
  ["https://evil@approvals.example/base/", HOME],
  ["https://approvals.example.evil.example/base/", HOME],
  ["https://evil.example/base/", HOME],
  ["//evil.example/base/", HOME],
  ["/.//evil.example/base/", HOME],
  ["/\\evil.example/base/", HOME],
  ["\\\\evil.example/base/", HOME],
  ["/\t/evil.example/base/", HOME],
  ["javascript:alert(1)", HOME],
  ["data:text/html,hello", HOME],
])("after signing in, %j leads to %s", (asked, to) => {
  expect(returnUrl(readPublicUrl("https://approvals.example/base"), asked)).toBe(to);
});

test.each(["/.//evil.example/", "/..//evil.example/", "/x/..//evil.example/"])("at the root, %j stays on this server", (asked) => {
  expect(new URL(returnUrl(readPublicUrl("https://approvals.example"), asked), "https://approvals.example").host).toBe("approvals.example");
});

test.each([
  ["another host", { authenticate: byOidc("https://other.example") }, "not one of hosts"],
  ["another path", { authenticate: byOidc("https://approvals.example/base") }, "same path in url and basePath"],
  ["two ways of one name", { authenticate: [byOidc("https://approvals.example"), byOidc("https://approvals.example")] }, "called oidc"],
  ["what is no way", { authenticate: { authenticate: true } }, "authenticate is"],
] as const)("a server is not made with %s", (_, options, why) => {
  expect(() => createServer({ gate, hosts, ...(options as unknown as Pick<ServerOptions, "authenticate">) })).toThrow(why);
});

test("a page finds out where to sign in", async () => {
  const ways = [
    byOidc("https://approvals.example/base"),
    byOidc("https://approvals.example/base", "partners"),
    link("http://localhost:4000/base"),
  ];
  const server = createServer({ gate, hosts, basePath: "/base", authenticate: ways });
  expect(await (await server.fetch(new Request("https://approvals.example/base/auth"))).json()).toEqual({
    ways: [
      { name: "oidc", signIn: "/base/auth/oidc/sign-in", signOut: "/base/auth/oidc/sign-out" },
      { name: "partners", signIn: "/base/auth/partners/sign-in", signOut: "/base/auth/partners/sign-out" },
      { name: "link", signOut: "/base/auth/link/sign-out" },
    ],
  });
});

test.each(["", "Partners", "a/b", "a b", "-a", "a~b"])("%j can't be the name of a way", (name) => {
  expect(() => byOidc("https://approvals.example", name)).toThrow("can't stand in an address");
});

test.each([{ id: "key:ci" }, { id: "fiona", aliases: ["key:ci"] }, { by: { id: "key:ci" }, kind: "person" as const }])(
  "%j is no person",
  async (known) => {
    await expect(callerOf([() => known], new Request("https://approvals.example"), { peer: undefined })).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  },
);

test("a person has one set of roles, and all their ids", async () => {
  const list = [
    { id: "fiona", roles: ["finance"], aliases: ["a"] },
    { id: "f", roles: ["finance"], aliases: ["a", "b"] },
    { id: "dora", roles: ["ops"], aliases: ["b"] },
  ];
  expect(await personOf(() => list, "a")).toEqual({ id: "fiona", kind: "person", roles: ["finance"], aliases: ["a", "f", "b"] });
  await expect(personOf(list, "b")).rejects.toMatchObject({ code: "SETUP" });
  expect(await personOf(list, "nobody")).toBeUndefined();
});

test("what signs is what decides, settles or lifts; what stops calls is for a sign-in of any age", () => {
  expect(ENDPOINTS.filter(({ signs }) => signs).map(({ id }) => id)).toEqual(["decide", "decideTogether", "settle", "liftFreeze"]);
});

test("whoever signs has signed in lately, if the server wants it; a key has nothing to do again", async () => {
  const callers: Readonly<Record<string, Caller>> = {
    lately: { by: { id: "fiona" }, kind: "person", authenticatedAt: Date.now() - 59_000 },
    before: { by: { id: "fiona" }, kind: "person", authenticatedAt: Date.now() - 61_000 },
    never: { by: { id: "fiona" }, kind: "person" },
    bot: { by: { id: "key:limits", kind: "automation" }, kind: "reviewer-bot" },
  };
  const answer = z.object({ ok: z.boolean() });
  const signs = endpoint({
    id: "sign",
    method: "get",
    path: "/v1/sign",
    summary: "",
    signs: true,
    answer,
    run: async () => ({ ok: true }),
  });
  const looks = endpoint({ id: "look", method: "get", path: "/v1/look", summary: "", answer, run: async () => ({ ok: true }) });
  const statuses = async (options: Partial<ServerOptions>): Promise<unknown> => {
    const authenticate: ServerOptions["authenticate"] = (request) => callers[request.headers.get("x-user") ?? ""];
    const app = appOf(readOptions({ gate, hosts, authenticate, ...options }), [signs, looks]);
    const ask = async (user: string, path: string): Promise<Response> =>
      app.fetch(new Request(`https://approvals.example/v1/${path}`, { headers: { "x-user": user } }), { arrival: { peer: undefined } });
    const all = Object.keys(callers).map(async (user) => [user, (await ask(user, "sign")).status, (await ask(user, "look")).status]);
    return Promise.all(all);
  };
  expect(await statuses({ maxAge: "1m" })).toEqual([
    ["lately", 200, 200],
    ["before", 401, 200],
    ["never", 401, 200],
    ["bot", 200, 200],
  ]);
  expect(await statuses({})).toEqual(Object.keys(callers).map((user) => [user, 200, 200]));
  expect(() => requireFreshSignIn({ by: { id: "fiona" }, kind: "person" }, 60_000)).toThrow(
    expect.objectContaining({
      code: "SIGN_IN_AGAIN",
      headers: { "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", max_age=60' },
    }),
  );
});
