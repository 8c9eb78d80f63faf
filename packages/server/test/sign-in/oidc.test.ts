// Sign-in by a provider that lies, breaks or is away: whoever comes back from it is let in only if all of it holds.
import { createGate, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createServer, endSessionsOf, oidc, type OidcOptions, type SignIn } from "../../src/index.ts";
import { FakeProvider, SECRET, type Lie } from "../support/fake-provider.ts";
import { listen } from "../support/listen.ts";
import { Visitor } from "../support/visitor.ts";

const provider = await FakeProvider.start();
const listening = await listen();
const url = `http://localhost:${listening.port}`;
const gate = createGate({ store: memoryStore() });
let people: readonly Principal[] = [];
const reported: string[] = [];
afterAll(() => Promise.all([provider.stop(), listening.close()]));

function signInBy(options: Partial<OidcOptions> = {}): SignIn {
  const { issuer } = provider;
  return oidc({ gate, url, issuer, clientId: "countersign", clientSecret: SECRET, people: () => people, ...options } as OidcOptions);
}

function use(...ways: readonly SignIn[]): void {
  const onError = (error: unknown): number => reported.push(String(error));
  listening.use(createServer({ gate, hosts: [`localhost:${listening.port}`], authenticate: ways, onError }));
}

beforeEach(() => {
  people = [{ id: "fiona", name: "Fiona", roles: ["finance"], aliases: [`${provider.issuer}#117`] }];
  provider.lie = {};
  provider.sub = "117";
  reported.length = 0;
  use(signInBy());
});

/** As far as the address that the provider sends the browser back to. */
async function leave(visitor: Visitor, query = ""): Promise<string> {
  const sent = await visitor.get(`${url}/auth/oidc/sign-in${query}`);
  expect(sent.status).toBe(303);
  return provider.visit(sent.headers.get("location") ?? "");
}

async function signIn(visitor = new Visitor(), query = ""): Promise<Visitor> {
  expect((await visitor.get(await leave(visitor, query))).status).toBe(303);
  return visitor;
}

async function me(visitor: Visitor): Promise<unknown> {
  return (await visitor.get(`${url}/v1/me`)).json();
}

const known = (): object => ({ id: "fiona", name: "Fiona", kind: "person", roles: ["finance"] });

test("lets a person of the list in, under their id there, and back to where they came from", async () => {
  const visitor = new Visitor();
  const asked = new URL((await visitor.get(`${url}/auth/oidc/sign-in?return=/requests/1%3Fa=b%23c`)).headers.get("location") ?? "");
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    response_type: "code",
    scope: "openid profile",
    code_challenge_method: "S256",
    redirect_uri: `${url}/auth/oidc/callback`,
  });
  const back = await visitor.get(provider.visit(String(asked)));
  expect([back.status, back.headers.get("location")]).toEqual([303, `${url}/requests/1?a=b#c`]);
  expect([...visitor.cookies.keys()], "the attempt is forgotten").toEqual([`countersign-oidc-${listening.port}`]);
  expect(await me(visitor)).toMatchObject(known());
});

test.each([
  ["a nonce of another sign-in", { claims: { nonce: "another" } }],
  ["no nonce", { without: ["nonce"] }],
  ["a token of another issuer", { claims: { iss: "https://other.example" } }],
  ["a token for another client", { claims: { aud: "another" } }],
  ["a token for several clients, issued to another", { claims: { aud: ["countersign", "another"], azp: "another" } }],
  ["a token that is over", { claims: { exp: 1_000 } }],
  ["a token without an end", { without: ["exp"] }],
  ["a token about nobody", { without: ["sub"] }],
  ["a token that somebody else signed", { signed: "foreign" }],
  ["a token that nobody signed", { signed: "none" }],
  ["a token signed by the client's secret", { signed: "secret" }],
  ["no token", { tokens: "no-id-token" }],
  ["an answer of another provider (mix-up)", { answer: { iss: "https://other.example" } }],
  ["an answer that doesn't say whose it is", { answer: { iss: "" } }],
  ["a code that the provider didn't give", { answer: { code: "guessed" } }],
  ["no code", { answer: { code: "" } }],
  ["a provider that says no", { answer: { code: "", error: "access_denied", error_description: "<b>no</b>" } }],
] satisfies readonly (readonly [string, Lie])[])("lets nobody in with %s", async (_, lie) => {
  provider.lie = lie;
  const visitor = new Visitor();
  const back = await visitor.get(await leave(visitor));
  expect(back.status).toBe(403);
  expect(await back.text()).not.toContain("<b>");
  expect(await me(visitor)).toMatchObject({ status: 401 });
  expect(visitor.cookies.size).toBe(0);
});

test("a person who thinks better of it is nobody's error", async () => {
  provider.lie = { answer: { code: "", error: "access_denied" } };
  const visitor = new Visitor();
  await visitor.get(await leave(visitor));
  expect(reported).toEqual([]);
  provider.lie = { answer: { code: "", error: "invalid_scope" } };
  await visitor.get(await leave(visitor));
  expect(reported).toEqual([expect.stringContaining("invalid_scope")]);
});

test.each([
  ["fails", { tokens: "away" }],
  ["talks nonsense", { tokens: "broken" }],
] satisfies readonly (readonly [string, Lie])[])("says so when the provider %s, and goes on when it is back", async (_, lie) => {
  provider.lie = lie;
  const visitor = new Visitor();
  const back = await visitor.get(await leave(visitor));
  expect([back.status, back.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(reported.join()).toContain(provider.issuer);
  provider.lie = {};
  expect(await me(await signIn(visitor))).toMatchObject(known());
});

test("starts without its provider, and finds it when it is there", async () => {
  const late = await FakeProvider.start();
  const { issuer } = late;
  await late.stop();
  use(signInBy({ issuer }));
  const back = await new Visitor().get(`${url}/auth/oidc/sign-in`);
  expect(back.status).toBe(503);
  expect(reported.join()).toContain(`Signing in at ${issuer} failed`);
});

test("takes an answer once, in the browser that asked, with the state that it asked with", async () => {
  const visitor = new Visitor();
  const back = await leave(visitor);
  expect((await new Visitor().get(back)).status, "another browser").toBe(400);
  const cookies = new Map(visitor.cookies);
  const tampered = new URL(back);
  tampered.searchParams.set("state", "A".repeat(43));
  expect((await visitor.get(String(tampered))).status, "another state").toBe(400);
  tampered.searchParams.set("state", (new URL(back).searchParams.get("state") ?? "").replace(/.{4}$/, "AAAA"));
  expect((await visitor.get(String(tampered))).status, "a state that begins alike").toBe(400);
  tampered.searchParams.delete("state");
  expect((await visitor.get(String(tampered))).status, "no state").toBe(400);
  expect((await visitor.get(back)).status).toBe(303);
  expect((await visitor.get(back)).status, "again").toBe(400);
  const copied = new Visitor();
  for (const [name, value] of cookies) copied.cookies.set(name, value);
  expect((await copied.get(back)).status, "again, with what the browser had: the code is spent").toBe(403);
});

test("nobody can put their own sign-in into somebody else's browser", async () => {
  const attacker = new Visitor();
  const theirs = await leave(attacker);
  const victim = new Visitor();
  await leave(victim);
  expect((await victim.get(theirs)).status).toBe(400);
  expect(await me(victim)).toMatchObject({ status: 401 });
});

test("a sign-in that takes too long is over", async () => {
  const visitor = new Visitor();
  const back = await leave(visitor);
  const [name = "", value = ""] = [...visitor.cookies][0] ?? [];
  const attempt: unknown = JSON.parse(Buffer.from(value, "base64url").toString());
  const old = { ...(attempt as { at: number }), at: Date.now() - 11 * 60_000 };
  visitor.cookies.set(name, Buffer.from(JSON.stringify(old)).toString("base64url"));
  expect((await visitor.get(back)).status).toBe(400);
});

test("several tabs sign in at once, and attempts that never end do not pile up", async () => {
  const visitor = new Visitor();
  const [first, second] = [await leave(visitor), await leave(visitor)];
  await visitor.get(first);
  expect((await visitor.get(second)).status).toBe(303);
  for (let n = 0; n < 30; n++) await leave(visitor);
  expect(visitor.cookies.size).toBeLessThan(11);
});

test("another site's page can't fill the cookies, so that no request is small enough any more", async () => {
  const visitor = new Visitor();
  // A browser keeps a cookie of 4,096 bytes, Node takes 16 KiB of headers, and nginx 8 KiB in one.
  const returns = [...Array<number>(8).fill(2_600), ...Array<number>(12).fill(900)].map((length) => `?return=/${"a".repeat(length)}`);
  for (const each of returns) {
    await visitor.get(`${url}/auth/oidc/sign-in${each}`);
    expect(visitor.headers()["Cookie"]?.length).toBeLessThan(6_500);
  }
  expect((await signIn(visitor)).cookies.size).toBeGreaterThan(0);
});

test("roles are those of the list at each request, and who leaves the list is out", async () => {
  const visitor = await signIn();
  people = people.map((each) => ({ ...each, roles: ["finance", "ops"] }));
  expect(await me(visitor)).toMatchObject({ roles: ["finance", "ops"] });
  people = [];
  expect(await me(visitor)).toMatchObject({ status: 401 });
});

test.each([
  ["nobody of that id", []],
  ["a service", [{ id: "retention", kind: "service" }]],
  ["a key", [{ id: "key:ci" }]],
] satisfies readonly (readonly [string, readonly Principal[]])[])(
  "refuses whom the list calls %s, and says which id it looked for",
  async (_, list) => {
    people = list.map((each) => ({ ...each, aliases: [`${provider.issuer}#117`] }));
    const visitor = new Visitor();
    const back = await visitor.get(await leave(visitor));
    expect(back.status).toBe(403);
    expect(await back.text()).toContain(`${provider.issuer}#117`);
    expect(visitor.cookies.size).toBe(0);
  },
);

test("a person is issuer and subject: a mail address lets nobody in", async () => {
  people = [{ id: "fiona@example.com", roles: ["finance"] }];
  provider.lie = { claims: { email: "fiona@example.com", email_verified: true } };
  const visitor = new Visitor();
  expect((await visitor.get(await leave(visitor))).status).toBe(403);
});

test("by claims, the person is issuer and subject, and the session lasts an hour", async () => {
  const roles = (claims: Readonly<Record<string, unknown>>): string[] =>
    Array.isArray(claims["groups"]) ? claims["groups"].map(String) : [];
  use(signInBy({ people: undefined, roles }));
  provider.lie = { claims: { groups: ["finance"], name: "Fiona" } };
  const found = (await me(await signIn())) as { until: number };
  expect(found).toMatchObject({ id: `${provider.issuer}#117`, name: "Fiona", roles: ["finance"] });
  expect(found.until - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect(() => signInBy({ people: undefined, roles, lasts: "2h" })).toThrow("an hour at the most");
  expect(() => signInBy({ people: undefined, roles, idel: "5m" } as object)).toThrow("oidc has no option idel. Did you mean idle?");
});

test("signing out ends the session on the server, and only for a page of its own", async () => {
  const visitor = await signIn();
  const copy = new Visitor();
  for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
  const foreign = await fetch(`${url}/auth/oidc/sign-out`, {
    method: "POST",
    headers: { ...visitor.headers(), "Sec-Fetch-Site": "cross-site" },
  });
  expect(foreign.status).toBe(403);
  expect((await fetch(`${url}/auth/oidc/sign-out`, { headers: visitor.headers() })).status, "a get").not.toBe(204);
  expect(await me(visitor)).toMatchObject(known());
  expect((await visitor.post(`${url}/auth/oidc/sign-out`)).status).toBe(204);
  expect(visitor.cookies.size).toBe(0);
  expect(await me(copy)).toMatchObject({ status: 401 });
});

test("signing in anew makes another session and ends the one before", async () => {
  const visitor = await signIn();
  const before = new Visitor();
  for (const [name, value] of visitor.cookies) before.cookies.set(name, value);
  await signIn(visitor);
  expect([...visitor.cookies.values()]).not.toEqual([...before.cookies.values()]);
  expect(await me(visitor)).toMatchObject(known());
  expect(await me(before)).toMatchObject({ status: 401 });
});

test("a person is signed out everywhere at once, and nobody else", async () => {
  const [one, two] = [await signIn(), await signIn()];
  provider.sub = "118";
  people = [...people, { id: "dora", aliases: [`${provider.issuer}#118`] }];
  const dora = await signIn();
  expect(await endSessionsOf(gate, { id: "fiona" })).toBeGreaterThanOrEqual(2);
  expect(await Promise.all([one, two, dora].map(me))).toMatchObject([{ status: 401 }, { status: 401 }, { id: "dora" }]);
});

test("a fresh sign-in asks the provider for one, and believes auth_time alone", async () => {
  const visitor = new Visitor();
  const asked = new URL((await visitor.get(`${url}/auth/oidc/sign-in?fresh`)).headers.get("location") ?? "");
  expect([asked.searchParams.get("prompt"), asked.searchParams.get("max_age")]).toEqual(["login", "0"]);
  for (const lie of [{ claims: { auth_time: Math.floor(Date.now() / 1_000) - 600 } }, { without: ["auth_time"] }] satisfies Lie[]) {
    provider.lie = lie;
    expect((await visitor.get(await leave(visitor, "?fresh"))).status).toBe(403);
    expect(reported.pop()).toContain("auth_time");
  }
  provider.lie = {};
  await signIn(visitor, "?fresh");
});

test.each([
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "/auth/oidc/sign-in",
  "/auth",
  "",
])("comes back to its own pages alone: not to %j", async (to) => {
  const visitor = new Visitor();
  const back = await visitor.get(await leave(visitor, `?return=${encodeURIComponent(to)}`));
  expect(back.headers.get("location")).toBe(`${url}/`);
});

test("secrets are in no address, no report and not in the store", async () => {
  provider.lie = { tokens: "away" };
  const visitor = new Visitor();
  await visitor.get(await leave(visitor));
  provider.lie = {};
  await signIn(visitor);
  const [cookie = ""] = visitor.cookies.values();
  expect(cookie).toMatch(/^[\w-]{43}$/);
  const { documentsOf } = await import("@countersign/core/surface");
  const kept = JSON.stringify([await documentsOf(gate).list({ collection: "session" }), reported]);
  for (const secret of [cookie, SECRET, "secret-access-token"]) expect(kept).not.toContain(secret);
});
