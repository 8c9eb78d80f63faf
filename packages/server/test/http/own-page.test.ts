import { expect, test } from "vitest";
import { codeOf, echo, getting, HOST, ORIGIN, serve } from "../support/serve.ts";

const it = getting(async () => ({}));
const cookie = { cookie: "session=fiona" };
const key = { authorization: "Bearer fiona" };

function sent(headers: Readonly<Record<string, string>>): Request {
  return new Request(`${ORIGIN}/v1/echo/1`, { method: "POST", body: "{}", headers: { "content-type": "application/json", ...headers } });
}

test.each<[what: string, headers: Readonly<Record<string, string>>, status: number]>([
  ["a page of ours", { ...cookie, "sec-fetch-site": "same-origin", origin: ORIGIN }, 200],
  ["a page of ours, in a browser that doesn't say where it is from", { ...cookie, origin: ORIGIN }, 200],
  ["a page of ours behind a proxy that ends TLS", { ...cookie, origin: `http://${HOST}` }, 200],
  ["a program with a key", key, 200],
  [
    "a program with a key, though the browser says cross-site",
    { ...key, "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    200,
  ],
  ["another site's page", { ...cookie, "sec-fetch-site": "cross-site", origin: "https://evil.example" }, 403],
  ["another site's page in an older browser", { ...cookie, origin: "https://evil.example" }, 403],
  [
    "a page of ours on plain http, which others may have written",
    { ...cookie, "sec-fetch-site": "cross-site", origin: `http://${HOST}` },
    403,
  ],
  ["a page of a subdomain", { ...cookie, "sec-fetch-site": "same-site", origin: `https://evil.${HOST}` }, 403],
  ["another port of our host", { ...cookie, origin: `https://${HOST}:8443` }, 403],
  ["a page without an origin", { ...cookie, origin: "null" }, 403],
  ["an origin that is none", { ...cookie, origin: HOST }, 403],
  ["the address bar", { ...cookie, "sec-fetch-site": "none" }, 403],
  ["nobody says where it is from", cookie, 403],
  ["a scheme that browsers send by themselves", { authorization: "Basic ZmlvbmE6", ...cookie }, 403],
  ["a key without a key", { authorization: "Bearer ", ...cookie }, 403],
])("%s", async (_what, headers, status) => {
  const response = await serve([echo]).fetch(sent(headers));
  expect(response.status).toBe(status);
  if (status === 403) expect(await codeOf(response)).toBe("CROSS_ORIGIN");
});

test.each<[what: string, headers: Readonly<Record<string, string>>, status: number]>([
  ["a page of ours", { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }, 200],
  ["a link on another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 200],
  ["the address bar", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, 200],
  ["a browser that doesn't say where a page is from, and a program", {}, 200],
  [
    "another port of our host, which measures how long an answer takes",
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" },
    403,
  ],
  ["an image on another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
  ["another site that wants to read", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: "https://evil.example" }, 403],
  ["a configured site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: "https://desk.example" }, 200],
  ["another site with a key", { ...key, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: "https://evil.example" }, 200],
])("reading: %s", async (_what, headers, status) => {
  const { fetch } = serve([it], { cors: { origins: ["https://desk.example"] } });
  const response = await fetch(new Request(`${ORIGIN}/v1/it`, { headers: { ...cookie, ...headers } }));
  expect(response.status).toBe(status);
});

const desk = "https://desk.example";
const header = (response: Response, name: string): string | null => response.headers.get(`access-control-${name}`);
const preflight = (origin: string, headers: Readonly<Record<string, string>> = {}): Request =>
  new Request(`${ORIGIN}/v1/echo/1`, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST", ...headers } });

test("a site that is configured is told what it may send, and reads the answers", async () => {
  const { fetch } = serve([echo], { cors: { origins: [desk] } });
  const asked = await fetch(preflight(desk));
  expect(asked.status).toBe(204);
  expect(header(asked, "allow-origin")).toBe(desk);
  expect(header(asked, "allow-methods")).toContain("POST");
  expect(header(asked, "allow-headers")).toContain("Authorization");
  expect(header(asked, "allow-credentials")).toBeNull();

  const answer = await fetch(sent({ ...key, origin: desk, "sec-fetch-site": "cross-site" }));
  expect(answer.status).toBe(200);
  expect(header(answer, "allow-origin")).toBe(desk);
  expect(header(answer, "expose-headers")).toContain("ETag");
  expect(answer.headers.get("vary")).toContain("Origin");
  // It can tell its people what went wrong.
  const refused = await fetch(new Request(`${ORIGIN}/v1/nothing`, { headers: { origin: desk } }));
  expect([refused.status, header(refused, "allow-origin")]).toEqual([404, desk]);
});

test("no other site is", async () => {
  const { fetch } = serve([echo], { cors: { origins: [desk], credentials: true } });
  for (const origin of ["https://evil.example", "null", `${desk}.evil.example`, "http://desk.example"]) {
    const response = await fetch(preflight(origin));
    expect([origin, header(response, "allow-origin"), header(response, "allow-credentials"), header(response, "allow-methods")]).toEqual([
      origin,
      null,
      null,
      null,
    ]);
    expect(response.headers.get("vary")).toContain("Origin");
  }
});

test("a configured site acts with cookies only where that is said", async () => {
  const request = (): Request => sent({ ...cookie, origin: desk, "sec-fetch-site": "cross-site" });
  expect((await serve([echo], { cors: { origins: [desk] } }).fetch(request())).status).toBe(403);
  const answer = await serve([echo], { cors: { origins: [desk], credentials: true } }).fetch(request());
  expect([answer.status, header(answer, "allow-credentials")]).toEqual([200, "true"]);
});
