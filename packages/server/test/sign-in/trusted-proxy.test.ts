// Who may say in a header who somebody is: addresses that are listed, and tokens that hold. Everybody else is refused.
import { createServer as createHttp, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from "jose";
import { afterAll, expect, test } from "vitest";
import { trustedProxy, type TrustedProxyOptions } from "../../src/index.ts";
import { callerOf } from "../../src/access/authenticate.ts";
import { listed } from "../../src/sign-in/proxy/listed.ts";

const people = [
  { id: "fiona", roles: ["finance"], aliases: ["fiona@acme.example", "https://proxy.example#117", "https://proxy.example#"] },
  { id: "retention", kind: "service" as const },
];

function come(options: TrustedProxyOptions, headers: Readonly<Record<string, string>>, peer: string | undefined): Promise<unknown> {
  return callerOf([trustedProxy(options)], new Request("https://approvals.example/v1/me", { headers }), { peer });
}

test.each([
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["10.0.0.0/8", "::ffff:0a01:0203", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["10.0.0.0/8", "::ffff:11.0.0.1", false],
  ["10.0.0.0/8", "::10.1.2.3", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["10.1.2.3", "10.1.2.4", false],
  ["10.1.2.3/32", "10.1.2.4", false],
  ["192.168.1.0/25", "192.168.1.127", true],
  ["192.168.1.0/25", "192.168.1.128", false],
  ["fd00::/8", "fd12:3456::1", true],
  ["fd00::/8", "fe80::1", false],
  ["::1", "::1", true],
  ["::1", "0:0:0:0:0:0:0:1", true],
  ["::1", "127.0.0.1", false],
  ["127.0.0.1", "::1", false],
  ["fe80::/10", "fe80::1%eth0", true],
  ["10.0.0.0/8", "10.1.2.3:4000", false],
  ["10.0.0.0/8", "10.1.2.3, 11.0.0.1", false],
  ["10.0.0.0/8", "010.1.2.3", false],
  ["10.0.0.0/8", "localhost", false],
  ["10.0.0.0/8", "", false],
  ["10.0.0.0/8", undefined, false],
])("of %s, %s: %s", (range, address, isListed) => {
  expect(listed(["203.0.113.7", range])(address)).toBe(isListed);
});

test.each([
  "",
  "10.0.0.0/33",
  "10.0.0.0/0",
  "::/0",
  "10.0.0.0/8/8",
  "10.0.0.0/",
  "10.0.0.0/-1",
  "10.0.0/8",
  "::1/129",
  "proxy.example",
  "fe80::1%eth0",
])("%j is no range", (range) => {
  expect(() => listed([range])).toThrow("no range of a proxy's addresses");
});

test("a listed address says who it is, by the list of people", async () => {
  const options = { header: "X-Forwarded-User", from: ["10.0.0.0/8"], people };
  expect(await come(options, { "x-forwarded-user": "fiona@acme.example" }, "10.0.0.9")).toMatchObject({
    by: { id: "fiona", roles: ["finance"] },
    kind: "person",
  });
});

test.each([
  ["another address", { "x-forwarded-user": "fiona" }, "192.0.2.1", "may not say who people are"],
  ["no address", { "x-forwarded-user": "fiona" }, undefined, "doesn't say where requests come from"],
  ["nobody of the list", { "x-forwarded-user": "mallory" }, "10.0.0.9", "not in the list"],
  ["a service", { "x-forwarded-user": "retention" }, "10.0.0.9", "not in the list"],
  ["a header that was sent twice", { "x-forwarded-user": "mallory, fiona" }, "10.0.0.9", "one id"],
  ["an empty header", { "x-forwarded-user": "" }, "10.0.0.9", "one id"],
  ["no header", {}, "10.0.0.9", "Sign in"],
])("refuses %s", async (_, headers, peer, why) => {
  const options = { header: "X-Forwarded-User", from: ["10.0.0.0/8"], people };
  await expect(come(options, headers, peer)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringContaining(why) as unknown,
  });
});

test("roles may come in a header of their own, and a person never passes for a key", async () => {
  const options = { header: "X-User", from: ["10.0.0.0/8"], rolesHeader: "X-Groups" };
  const found = await come(options, { "x-user": "fiona", "x-groups": "finance, ops,," }, "10.0.0.9");
  expect(found).toMatchObject({ by: { id: "fiona", roles: ["finance", "ops"] } });
  expect(await come(options, { "x-user": "fiona" }, "10.0.0.9")).toMatchObject({ by: { roles: [] } });
  await expect(come(options, { "x-user": "key:ci" }, "10.0.0.9")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test.each([
  ["neither addresses nor a token", { header: "X-User", people }, "Anybody can send a header"],
  ["an empty list of addresses", { header: "X-User", from: [], people }, "Anybody can send a header"],
  ["no roles", { header: "X-User", from: ["::1"] }, "where roles come from"],
  ["roles from two places", { header: "X-User", from: ["::1"], people, rolesHeader: "X-Groups" }, "where roles come from"],
  ["roles by the claims of no token", { header: "X-User", from: ["::1"], roles: () => [] }, "where roles come from"],
  [
    "a secret that both know",
    { header: "X-User", people, jwt: { jwks: { keys: [] }, issuer: "i", audience: "a", algorithms: ["HS256"] } },
    "no asymmetric algorithm",
  ],
  [
    "no algorithm",
    { header: "X-User", people, jwt: { jwks: { keys: [] }, issuer: "i", audience: "a", algorithms: [] } },
    "can't be checked",
  ],
  [
    "the algorithm none",
    { header: "X-User", people, jwt: { jwks: { keys: [] }, issuer: "i", audience: "a", algorithms: ["none"] } },
    "no asymmetric algorithm",
  ],
  ["no audience", { header: "X-User", people, jwt: { jwks: { keys: [] }, issuer: "i", audience: "" } }, "can't be checked"],
  [
    "keys over http",
    { header: "X-User", people, jwt: { jwks: "http://proxy.example/jwks", issuer: "i", audience: "a" } },
    "can't be trusted",
  ],
  [
    "a misspelt list of addresses",
    { header: "X-User", people, frm: ["::1"] } as TrustedProxyOptions,
    "trustedProxy has no option frm. Did you mean from?",
  ],
  [
    "misspelt algorithms",
    { header: "X-User", people, jwt: { jwks: { keys: [] }, issuer: "i", audience: "a", algoritms: ["RS256"] } } as TrustedProxyOptions,
    "jwt has no option algoritms. Did you mean algorithms?",
  ],
] satisfies readonly (readonly [string, TrustedProxyOptions, string])[])("is not made with %s", (_, options, why) => {
  expect(() => trustedProxy(options)).toThrow(why);
});

// Tokens
const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" };
const jwt = { jwks: { keys: [jwk] }, issuer: "https://proxy.example", audience: "approvals" };
const byToken = { header: "Cf-Access-Jwt-Assertion", jwt, people };
const now = Math.floor(Date.now() / 1_000);
const claims: JWTPayload = { iss: "https://proxy.example", aud: "approvals", sub: "117", iat: now, exp: now + 300, auth_time: now - 60 };

function signed(
  over: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
  key: typeof privateKey | Uint8Array = privateKey,
): Promise<string> {
  return new SignJWT({ ...claims, ...over }).setProtectedHeader({ alg: "RS256", kid: "k1", ...header }).sign(key);
}

test("a token that holds is enough, from anywhere", async () => {
  expect(await come(byToken, { "cf-access-jwt-assertion": await signed() }, undefined)).toEqual({
    by: {
      id: "fiona",
      kind: "person",
      roles: ["finance"],
      aliases: ["fiona@acme.example", "https://proxy.example#117", "https://proxy.example#"],
    },
    kind: "person",
    until: (now + 300) * 1_000,
    authenticatedAt: (now - 60) * 1_000,
  });
  const roles = (given: Readonly<Record<string, unknown>>): readonly string[] => [`of ${String(given["sub"])}`];
  expect(await come({ header: "X-Jwt", jwt, roles }, { "x-jwt": await signed() }, undefined)).toMatchObject({
    by: { id: "https://proxy.example#117", roles: ["of 117"] },
  });
});

const otherAlgorithm = await generateKeyPair("RS512");
const foreign = await generateKeyPair("RS256");
const secret = crypto.getRandomValues(new Uint8Array(32));
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
test.each([
  ["for another audience", () => signed({ aud: "another" })],
  ["for no audience", () => signed({ aud: undefined as never })],
  ["of another issuer", () => signed({ iss: "https://other.example" })],
  ["that is over", () => signed({ exp: now - 60 })],
  ["without an end", () => signed({ exp: undefined as never })],
  ["that isn't good yet", () => signed({ nbf: now + 600 })],
  ["about nobody", () => signed({ sub: undefined as never })],
  ["about an empty subject", () => signed({ sub: "" })],
  ["about somebody else", () => signed({ sub: "118" })],
  ["by a key that isn't known", () => signed({}, { kid: "k2" })],
  ["that somebody else signed", () => signed({}, {}, foreign.privateKey)],
  ["by another algorithm of the same kind", () => signed({}, { alg: "RS512" }, otherAlgorithm.privateKey)],
  ["with HS256", () => signed({}, { alg: "HS256" }, secret)],
  ["with HS256, by the public key as a secret", () => signed({}, { alg: "HS256" }, new TextEncoder().encode(JSON.stringify(jwk)))],
  ["for another purpose", () => signed({}, { typ: "logout+jwt" })],
  ["that nobody signed", () => new UnsecuredJWT(claims).encode()],
  ["without its signature", async () => (await signed()).replace(/[^.]*$/, "")],
  ["with a changed subject", async () => (await signed({ sub: "118" })).replace(/\.[^.]*\./, `.${part(claims)}.`)],
  ["that is none", () => "fiona"],
  ["that is empty", () => ""],
])("refuses a token %s", async (_, make) => {
  await expect(come(byToken, { "cf-access-jwt-assertion": await make() }, "10.0.0.9")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("with addresses and a token, both have to hold", async () => {
  const both = { ...byToken, from: ["10.0.0.0/8"] };
  const headers = { "cf-access-jwt-assertion": await signed() };
  expect(await come(both, headers, "10.0.0.9")).toMatchObject({ by: { id: "fiona" } });
  await expect(come(both, headers, "192.0.2.1")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(come(both, { "cf-access-jwt-assertion": await signed({ aud: "another" }) }, "10.0.0.9")).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
  });
});

let keyServer: Server | undefined;
afterAll(() => keyServer?.close());

test("keys that can't be fetched let nobody in, and are fetched when they are there", async () => {
  let status = 500;
  const server = (keyServer = createHttp((_, response) =>
    response.writeHead(status).end(status === 200 ? JSON.stringify({ keys: [jwk] }) : ""),
  ));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const way = trustedProxy({ header: "X-Jwt", jwt: { ...jwt, jwks }, people });
  const request = new Request("https://approvals.example", { headers: { "x-jwt": await signed() } });
  await expect(callerOf([way], request, { peer: undefined })).rejects.toMatchObject({ code: "SIGN_IN_AWAY" });
  status = 200;
  expect(await callerOf([way], request, { peer: undefined })).toMatchObject({ by: { id: "fiona" } });
  const gone = trustedProxy({ header: "X-Jwt", jwt: { ...jwt, jwks: "http://127.0.0.1:1/jwks" }, people });
  await expect(callerOf([gone], request, { peer: undefined })).rejects.toMatchObject({ code: "SIGN_IN_AWAY" });
});
