// The first page: what a browser sees that has just signed in, or has lost its way.
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { HttpError } from "../../src/http/problem.ts";
import { createServer, oidc, signInLink, type ServerOptions } from "../../src/index.ts";

const gate = createGate({ store: memoryStore() });
const url = "https://approvals.example";

async function page(path: string, authenticate: ServerOptions["authenticate"], basePath?: string) {
  const server = createServer({ gate, hosts: ["approvals.example"], basePath, authenticate, onError: () => {} });
  const response = await server.fetch(new Request(`${url}${path}`));
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const fiona = () => ({ id: "fiona", name: "<b>Fiona</b>", roles: ["finance"] });

test.each([
  ["/", undefined, ""],
  ["/approvals/", "/approvals", "/approvals"],
  ["/approvals", "/approvals", "/approvals"],
])("%s says who is signed in, and leads to the API", async (path, basePath, base) => {
  const { status, headers, text } = await page(path, fiona, basePath);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(text).toContain("You are &#60;b&#62;Fiona&#60;/b&#62; (fiona; finance) here.");
  expect(text).toContain(`href="${base}/v1/requests?mine=true"`);
  expect(text).toContain(`href="${base}/v1/me"`);
});

test("a stranger is told how to sign in, and nothing of anybody", async () => {
  const own = await page("/", () => undefined);
  expect([own.status, own.text]).toEqual([401, expect.stringContaining("Sign in where you usually do")]);
  const link = signInLink({ gate, url, person: fiona });
  expect((await page("/", link)).text).toContain("Open a sign-in link in this browser.");
  const provider = oidc({ gate, url: `${url}/approvals`, issuer: "https://id.example", clientId: "x", people: [fiona()] });
  const { text } = await page("/approvals/", provider, "/approvals");
  expect(text).toContain('<a href="/approvals/auth/oidc/sign-in">Sign in</a>');
  expect(text).not.toContain("iona");
});

test("a session whose time is over is nobody's", async () => {
  const over = () => ({ by: fiona(), kind: "person", until: Date.now() - 1 }) as const;
  expect((await page("/", over)).status).toBe(401);
});

test("a provider that is away is not told as a stranger", async () => {
  const away = () => {
    throw new HttpError("SIGN_IN_AWAY");
  };
  expect((await page("/", away)).status).toBe(503);
});
