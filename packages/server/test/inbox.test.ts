// The page where people sign, as files: who gets what of it, how, and within which policy.
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { createServer, type Inbox, type Server } from "../src/index.ts";

const PAGE = `<!doctype html><head><!--base--><script src="./assets/app-x1.js"></script>${"<!-- long -->".repeat(50)}`;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
const inbox: Inbox = {
  files: {
    "index.html": { type: "text/html; charset=utf-8", body: PAGE, encoding: "utf8" },
    "assets/app-x1.js": { type: "text/javascript; charset=utf-8", body: "console.log(1);".repeat(50), encoding: "utf8" },
    "assets/icon-x1.png": { type: "image/png", body: PNG.toString("base64"), encoding: "base64" },
    "manifest.json": { type: "application/manifest+json", body: "{}", encoding: "utf8" },
  },
};

function serving(basePath?: string): Server {
  const gate = createGate({ store: memoryStore() });
  return createServer({ gate, inbox, basePath, hosts: ["approvals.example"], authenticate: () => undefined });
}

function get(server: Server, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return server.fetch(new Request(`https://approvals.example${path}`, { method, headers }));
}

const ID = "0".repeat(32);

test.each(["", "/approvals"])("under %j the page is answered wherever it has a place, to everybody", async (base) => {
  const server = serving(base === "" ? undefined : base);
  const places = ["/", "/requests", `/requests/${ID}`, "/grants", "/freezes", "/threads", "/audit", "/decisions", "/?status=pending"];
  for (const place of [...places, ...(base === "" ? [] : [""])]) {
    const answer = await get(server, `${base}${place}`);
    expect([place, answer.status]).toEqual([place, 200]);
    expect(await answer.text()).toBe(PAGE.replace("<!--base-->", `<base href="${base}/" />`));
  }
});

test("what isn't there is no page, and climbs nowhere", async () => {
  const server = serving("/approvals");
  for (const path of [
    "/approvals/nothing",
    "/approvals/assets/",
    "/approvals/assets/other.js",
    "/approvals/assets/..%2findex.html",
    "/approvals/assets/%2e%2e/%2e%2e/package.json",
    "/approvals/../package.json",
    "/approvalsx",
    "/requests",
  ])
    expect([path, (await get(server, path)).status]).toEqual([path, 404]);
  // The API beside it is the API.
  expect((await get(server, "/approvals/v1/requests")).status).toBe(401);
  expect((await get(server, "/approvals/", {}, "POST")).status).toBe(405);
});

test.each(["", "/approvals"])(
  "under %j an address that leads nowhere is the page for a browser, and a problem for a program",
  async (base) => {
    const server = serving(base === "" ? undefined : base);
    const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
    for (const path of ["/nothing", `/requests/${ID}/`, `/requests/${ID}/history`, "/Requests", "/__proto__"]) {
      const opened = await get(server, `${base}${path}`, browser);
      expect([path, opened.status, await opened.text()]).toEqual([path, 404, PAGE.replace("<!--base-->", `<base href="${base}/" />`)]);
      expect(opened.headers.get("content-security-policy")).toContain("script-src 'self'");
      expect([path, await (await get(server, `${base}${path}`, { accept: "*/*" })).json()]).toMatchObject([path, { code: "NO_ROUTE" }]);
    }
    for (const path of ["/v1/nothing", "/auth/nothing", "/assets/other.js"])
      expect([path, await (await get(server, `${base}${path}`, browser)).json()]).toMatchObject([path, { code: "NO_ROUTE" }]);
    expect((await get(server, `${base}/nothing`, browser, "POST")).status).toBe(404);
    expect((await (await get(server, `${base}/nothing`, browser, "HEAD")).text()).length).toBe(0);
  },
);

test("a link elsewhere leads to it; another site's page doesn't get it", async () => {
  const server = serving();
  const linked = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  expect((await get(server, `/requests/${ID}`, linked)).status).toBe(200);
  const fetched = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" };
  expect((await get(server, "/assets/app-x1.js", fetched)).status).toBe(403);
});

const STRICT = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

test("every answer is strict, also one that says that nothing has changed", async () => {
  const server = serving();
  const first = await get(server, "/");
  const etag = first.headers.get("etag") ?? "";
  const unchanged = await get(server, "/", { "if-none-match": etag });
  const head = await get(server, "/", {}, "HEAD");
  expect([first.status, unchanged.status, head.status]).toEqual([200, 304, 200]);
  for (const { headers } of [first, unchanged, head]) {
    expect(Object.fromEntries(headers)).toMatchObject({ ...STRICT, etag, "cache-control": "no-cache", vary: "Accept-Encoding" });
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"])); // prettier-ignore
    expect(policy.join(" ")).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(headers.get("permissions-policy")).toContain("camera=()");
  }
  expect([await unchanged.text(), await head.text()]).toEqual(["", ""]);
  const asset = await get(server, "/assets/app-x1.js");
  expect(Object.fromEntries(asset.headers)).toMatchObject({ ...STRICT, "content-security-policy": expect.stringContaining("sandbox") as string }); // prettier-ignore
});

test("files whose names change with their contents are kept for ever, and others asked for again", async () => {
  const server = serving();
  expect((await get(server, "/assets/app-x1.js")).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await get(server, "/manifest.json")).headers.get("cache-control")).toBe("no-cache");
});

test("what is known is not sent again", async () => {
  const server = serving();
  const etag = (await get(server, "/assets/app-x1.js")).headers.get("etag") ?? "";
  const status = async (tag: string) => (await get(server, "/assets/app-x1.js", { "if-none-match": tag })).status;
  expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
  for (const tag of [etag, etag.slice(2), `"x", ${etag}`, "*"]) expect([tag, await status(tag)]).toEqual([tag, 304]);
  for (const tag of ["", '"x"', etag.slice(3, -1), `${etag.slice(0, -2)}"`]) expect([tag, await status(tag)]).toEqual([tag, 200]);
});

test.each([
  ["gzip, deflate, br", "br"],
  ["br;q=1.0, GZIP;q=0.5", "br"],
  ["*", "br"],
  ["gzip", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["br;q=0, *", "gzip"],
  ["gzip;q=0", null],
  ["gzip; q=0.000, br;q=0, *", null],
  ["*;q=0", null],
  ["identity", null],
  ["", null],
])("for whoever accepts %j: compressed as %s", async (accepts, coding) => {
  const answer = await get(serving(), "/", accepts === "" ? {} : { "accept-encoding": accepts });
  expect(answer.headers.get("content-encoding")).toBe(coding);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const plain = coding === "br" ? brotliDecompressSync(bytes) : coding === "gzip" ? gunzipSync(bytes) : bytes;
  expect(plain.toString()).toBe(PAGE.replace("<!--base-->", '<base href="/" />'));
});

test("pictures are sent as they are", async () => {
  const answer = await get(serving(), "/assets/icon-x1.png", { "accept-encoding": "gzip" });
  expect(answer.headers.get("content-type")).toBe("image/png");
  expect(answer.headers.get("content-encoding")).toBeNull();
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
});

test("the page is no part of the API's document", async () => {
  const { paths } = (await (await get(serving(), "/v1/openapi.json")).json()) as { paths: object };
  expect(Object.keys(paths).filter((path) => !/^\/(v1\/|auth|healthz|readyz)/.test(path))).toEqual([]);
});
