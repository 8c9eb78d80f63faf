// Signing in with a real browser, by a real provider and by a link: what browsers do with cookies, redirects and policies.
import { createGate, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { createServer, oidc, signInLink } from "../../src/index.ts";
import { listen } from "../support/listen.ts";
import { startRealProvider } from "../support/real-provider.ts";

const SECRET = "the-secret-of-the-client-which-nobody-may-see";
// It says that it is for development.
vi.spyOn(console, "warn").mockImplementation(() => {});
const listening = await listen();
const url = `http://localhost:${listening.port}`;
const provider = await startRealProvider(`${url}/auth/oidc/callback`, SECRET);
const gate = createGate({ store: memoryStore() });
const people: Principal[] = [{ id: "fiona", roles: ["finance"], aliases: [`${provider.issuer}#117`] }];
const link = signInLink({ gate, url, person: () => ({ id: "alice", roles: ["ops"] }) });
const byOidc = oidc({ gate, url, issuer: provider.issuer, clientId: "countersign", clientSecret: SECRET, people });
listening.use(createServer({ gate, hosts: [`localhost:${listening.port}`, `127.0.0.1:${listening.port}`], authenticate: [byOidc, link] }));

let context: BrowserContext;
let page: Page;
// Not with the package's own flags: they switch off what is looked at here.
const browser = await playwright.launch({
  args: ["--no-sandbox", "--disable-gpu"],
  executablePath: await chromium.executablePath(),
  headless: true,
});
afterAll(async () => {
  await browser.close();
  await Promise.all([provider.stop(), listening.close()]);
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

async function me(): Promise<unknown> {
  const there = await context.newPage();
  await there.goto(`${url}/v1/me`);
  return JSON.parse(await there.innerText("body"));
}

/** On the provider's pages. */
async function signInAs(subject: string): Promise<void> {
  await page.locator("[name=login]").fill(subject);
  await page.locator("[name=password]").fill("anything");
  await page.locator("[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a person signs in at the provider, comes back, and signs out", async () => {
  await page.goto(`${url}/auth/oidc/sign-in?return=/v1/me`);
  await signInAs("117");
  await page.waitForURL(`${url}/v1/me`);
  expect(JSON.parse(await page.innerText("body"))).toMatchObject({ id: "fiona", roles: ["finance"], name: "117 of the provider" });
  const [session, ...others] = (await context.cookies(url)).filter(({ name }) => name.startsWith("countersign"));
  expect(others, "the attempt is forgotten").toEqual([]);
  expect(session).toMatchObject({ name: `countersign-oidc-${listening.port}`, httpOnly: true, sameSite: "Lax", path: "/", expires: -1 });
  await page.goto(`${url}/auth/link`);
  expect(await page.evaluate("document.cookie")).toBe("");
  const signOut = `fetch("/auth/oidc/sign-out", { method: "POST" }).then((answer) => answer.status)`;
  expect(await page.evaluate(signOut)).toBe(204);
  expect(await me()).toMatchObject({ status: 401 });
});

test.each(["localhost", "127.0.0.1"])(
  "a page of another server, on %s, signs nobody out, and a link there finds the session",
  async (host) => {
    await page.goto(`${url}/auth/oidc/sign-in?return=/v1/me`);
    await signInAs("117");
    await page.waitForURL(`${url}/v1/me`);
    const elsewhere = provider.issuer.replace("localhost", host);
    await page.goto(`${elsewhere}/.well-known/openid-configuration`);
    await page.setContent(`<form method="post" action="${url}/auth/oidc/sign-out"><button>Win</button></form>`);
    const [answer] = await Promise.all([page.waitForResponse(/sign-out/), page.getByRole("button").click()]);
    expect(answer.status()).toBe(403);
    await page.goto(`${elsewhere}/.well-known/openid-configuration`);
    await page.setContent(`<a href="${url}/v1/me">See what waits</a>`);
    await page.getByRole("link").click();
    await page.waitForURL(`${url}/v1/me`);
    expect(JSON.parse(await page.innerText("body"))).toMatchObject({ id: "fiona" });
  },
);

test("whoever comes by 127.0.0.1 signs in where the provider sends them back to", async () => {
  await page.goto(`http://127.0.0.1:${listening.port}/auth/oidc/sign-in?return=/v1/me`);
  await signInAs("117");
  await page.waitForURL(`${url}/v1/me`);
});

test("the provider asks again for a fresh sign-in, though it knows the person", async () => {
  await page.goto(`${url}/auth/oidc/sign-in?return=/v1/me`);
  await signInAs("117");
  await page.waitForURL(`${url}/v1/me`);
  await page.goto(`${url}/auth/oidc/sign-in?return=/v1/me`);
  await page.waitForURL(`${url}/v1/me`);
  await page.goto(`${url}/auth/oidc/sign-in?return=/v1/me&fresh`);
  await page.locator("[name=login]").waitFor();
  await page.locator("[name=login]").fill("117");
  await page.locator("[name=password]").fill("anything");
  await page.locator("[type=submit]").click();
  await page.waitForURL(`${url}/v1/me`);
});

test("a stranger is told which id an operator has to add", async () => {
  await page.goto(`${url}/auth/oidc/sign-in`);
  await signInAs("118");
  await page.getByText(`You are ${provider.issuer}#118`).waitFor();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await me()).toMatchObject({ status: 401 });
});

test("whoever says no at the provider is not signed in", async () => {
  await page.goto(`${url}/auth/oidc/sign-in`);
  await page.getByRole("link", { name: /cancel/i }).click();
  await page.getByText("did not let you in").waitFor();
});

test("a link signs this browser in by its own page, and no other one after that", async () => {
  const address = await link.create();
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.method()} ${request.url()}`));
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  const arrived = page.waitForURL(`${url}/`);
  await page.goto(address);
  await arrived;
  await page.getByText("You are alice (ops) here until").waitFor();
  await page.getByRole("link", { name: "Who you are here" }).click();
  await page.waitForURL(`${url}/v1/me`);
  await page.goBack();
  expect(await me()).toMatchObject({ id: "alice", roles: ["ops"] });
  expect(complaints.filter((each) => /policy|script/i.test(each))).toEqual([]);
  const secret = new URL(address).hash.slice(1);
  expect(sent.filter((each) => each.includes("/auth/"))).toEqual([
    `GET ${url}/auth/link`,
    `GET ${url}/auth/link.js`,
    `POST ${url}/auth/link`,
  ]);
  await page.goBack();
  expect(page.url(), "the history has no secret").not.toContain(secret);
  const other = await browser.newPage();
  await other.goto(address);
  await other.getByRole("heading", { name: "This link did not sign you in" }).waitFor();
  await other.getByText("It was used before, it is too old, or a part of it is missing.").waitFor();
  expect(other.url()).not.toContain(secret);
  await other.getByRole("link", { name: "See who is signed in" }).click();
  await other.getByRole("heading", { name: "You are not signed in" }).waitFor();
  await other.goto(`${url}/auth/link`);
  await other.getByText("The address ends before the secret.").waitFor();
  await other.close();
});
