import { expect, test } from "vitest";
import { addressKey } from "../../src/http/address-key.ts";
import { RateLimit } from "../../src/http/rate-limit.ts";
import { asFiona, codeOf, echo, getting, ORIGIN, post, serve } from "../support/serve.ts";

const it = getting(async () => ({}));
const stranger = (key = "bob"): Request => new Request(`${ORIGIN}/v1/it`, { headers: { authorization: `Bearer ${key}` } });

test("so many a minute, at once or spread out", () => {
  const limit = new RateLimit(6);
  for (let taken = 0; taken < 6; taken++) expect(limit.take("a", 0)).toBe(0);
  expect(limit.take("a", 0)).toBe(10_000);
  expect(limit.take("b", 0)).toBe(0);
  expect(limit.take("a", 4_000)).toBe(6_000);
  expect(limit.take("a", 10_000)).toBe(0);
  expect(limit.take("a", 10_000)).toBe(10_000);
  // Looking takes nothing.
  expect(limit.wait("a", 20_000)).toBe(0);
  expect(limit.take("a", 20_000)).toBe(0);
  for (let taken = 0; taken < 6; taken++) expect(limit.take("a", 200_000)).toBe(0);
  expect(limit.take("a", 200_000)).toBeGreaterThan(0);
});

test("Infinity is no limit", () => {
  const limit = new RateLimit(Infinity);
  for (let taken = 0; taken < 1_000; taken++) expect(limit.take("a", 0)).toBe(0);
});

test("remembers a bounded number of keys, and the last ones", () => {
  const limit = new RateLimit(1, 100);
  for (let key = 0; key < 10_000; key++) limit.take(String(key), 0);
  expect(Array.from({ length: 10_000 }, (_, key) => limit.wait(String(key), 0)).filter((wait) => wait > 0)).toHaveLength(100);
  expect(limit.wait("9999", 0)).toBeGreaterThan(0);
});

test.each([
  ["10.0.0.7", "10.0.0.7"],
  ["::ffff:10.0.0.7", "10.0.0.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:0DB8:0001:2::1", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["what the host says", "what the host says"],
])("%s counts as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test("a caller is told how long to wait", async () => {
  const { fetch } = serve([it, echo], { limits: { requests: 2 } });
  expect((await fetch(asFiona("/v1/it"))).status).toBe(200);
  expect((await fetch(post("/v1/echo/1", "{}"))).status).toBe(200);
  const response = await fetch(asFiona("/v1/it"));
  expect([response.status, await codeOf(response)]).toEqual([429, "RATE_LIMITED"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(28);
});

test("an address that guesses is told to wait, and others are not", async () => {
  const { fetch } = serve([it], { limits: { failures: 3 } });
  for (let guess = 0; guess < 3; guess++) expect((await fetch(stranger(String(guess)), { peer: "10.0.0.7" })).status).toBe(401);
  const response = await fetch(stranger(), { peer: "10.0.0.7" });
  expect([response.status, response.headers.get("retry-after"), await codeOf(response)]).toEqual([429, "20", "RATE_LIMITED"]);
  expect((await fetch(stranger(), { peer: "10.0.0.8" })).status).toBe(401);
  // Where the host doesn't say who comes, there is nobody to count.
  expect((await fetch(stranger())).status).toBe(401);
});

test("a guesser locks nobody out who shares an address with them", async () => {
  const { fetch } = serve([it], { limits: { failures: 1 } });
  const peer = "10.0.0.7";
  expect((await fetch(stranger(), { peer })).status).toBe(401);
  expect((await fetch(stranger(), { peer })).status).toBe(429);
  expect((await fetch(asFiona("/v1/it"), { peer })).status).toBe(200);
});

test("false is no limit", async () => {
  const { fetch } = serve([it], { limits: { failures: false, requests: false } });
  for (let guess = 0; guess < 100; guess++) expect((await fetch(stranger(), { peer: "10.0.0.7" })).status).toBe(401);
});

test("a session that is over is nobody's", async () => {
  const { fetch } = serve([it], { authenticate: () => ({ by: { id: "fiona" }, kind: "person", until: Date.now() - 1 }) });
  const response = await fetch(asFiona("/v1/it"));
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
});
