import { createGate, type Principal } from "@countersign/core";
import { documentsOf } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createServer, signInLink, type SignInLink } from "../../src/index.ts";
import { listen } from "../support/listen.ts";
import { Visitor } from "../support/visitor.ts";

const listening = await listen();
const url = `http://localhost:${listening.port}/approvals`;
afterAll(() => listening.close());

let person: Principal;
let gate: ReturnType<typeof createGate>;
let way: SignInLink;
function use(options: Partial<Parameters<typeof signInLink>[0]> = {}): void {
  way = signInLink({ gate, url, person: () => person, ...options });
  listening.use(createServer({ gate, hosts: [`localhost:${listening.port}`], basePath: "/approvals", authenticate: way }));
}
beforeEach(() => {
  person = { id: "alice", roles: ["finance"] };
  gate = createGate({ store: memoryStore() });
  use();
});

const secretOf = (link: string): string => new URL(link).hash.slice(1);
async function me(visitor: Visitor): Promise<unknown> {
  return (await visitor.get(`${url}/v1/me`)).json();
}

test("a link signs one browser in, once; looking at it changes nothing", async () => {
  const link = await way.create();
  expect(link).toMatch(new RegExp(`^${url}/auth/link#[\\w-]{43}$`));
  const visitor = new Visitor();
  for (let n = 0; n < 3; n++) expect((await visitor.get(link)).status).toBe(200);
  expect(visitor.cookies.size).toBe(0);
  const answer = await visitor.post(`${url}/auth/link`, { secret: secretOf(link) });
  expect(await answer.json()).toEqual({ to: `${url}/` });
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^countersign-link-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  expect(await me(visitor)).toMatchObject({ id: "alice", roles: ["finance"], kind: "person" });
  const other = new Visitor();
  const again = await other.post(`${url}/auth/link`, { secret: secretOf(link) });
  expect([again.status, other.cookies.size]).toEqual([401, 0]);
});

test("of browsers that come at once, one gets in", async () => {
  const secret = secretOf(await way.create());
  const answers = await Promise.all(Array.from({ length: 10 }, () => new Visitor().post(`${url}/auth/link`, { secret })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(9).fill(401)]);
});

test("what is no link's secret, or only a part of one, is told in plain words", async () => {
  const secret = secretOf(await way.create());
  for (const wrong of [secret.slice(1), `${secret}x`, "", "x".repeat(10_000)]) {
    const answer = await new Visitor().post(`${url}/auth/link`, { secret: wrong });
    expect(await answer.json()).toMatchObject({ status: 401, detail: expect.stringContaining("a part of it is missing") as string });
  }
});

test("a link that nobody opened in time is over", async () => {
  use({ linkLasts: 1 });
  const secret = secretOf(await way.create());
  await new Promise((passed) => setTimeout(passed, 5));
  expect((await new Visitor().post(`${url}/auth/link`, { secret })).status).toBe(401);
});

test("links and sessions of one person are none of another's", async () => {
  const [used, unused] = [await way.create(), await way.create()];
  const visitor = new Visitor();
  await visitor.post(`${url}/auth/link`, { secret: secretOf(used) });
  person = { id: "bob" };
  expect(await me(visitor)).toMatchObject({ status: 401 });
  expect((await new Visitor().post(`${url}/auth/link`, { secret: secretOf(unused) })).status).toBe(401);
  person = { id: "alice", roles: ["ops"] };
  expect(await me(visitor)).toMatchObject({ id: "alice", roles: ["ops"] });
});

test("another site's page can't trade a secret, and neither can a form", async () => {
  const secret = secretOf(await way.create());
  const send = (headers: Readonly<Record<string, string>>, body: string) =>
    fetch(`${url}/auth/link`, { method: "POST", headers: { ...headers }, body });
  const json = { "Content-Type": "application/json" };
  const text = JSON.stringify({ secret });
  expect((await send({ ...json, "Sec-Fetch-Site": "cross-site" }, text)).status).toBe(403);
  expect((await send({ ...json, "Sec-Fetch-Site": "same-site" }, text)).status).toBe(403);
  expect((await send({ ...json, Origin: "https://evil.example" }, text)).status).toBe(403);
  expect((await send({ "Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain" }, text)).status).toBe(415);
  expect(
    (await send({ "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" }, `secret=${secret}`)).status,
  ).toBe(415);
  for (const body of ["", "[]", "{}", '{"secret":1}', '{"secret":"x","more":1}']) {
    const { status } = await send({ ...json, "Sec-Fetch-Site": "same-origin" }, body);
    expect([400, 415, 422]).toContain(status);
  }
  expect((await new Visitor().post(`${url}/auth/link`, { secret })).status, "it is still good").toBe(200);
});

test("the page runs its own script and nothing else", async () => {
  const page = await new Visitor().get(`${url}/auth/link`);
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy.split("; ").toSorted()).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    expect.stringMatching(/^style-src 'sha256-[\w+/]{43}='$/),
  ]);
  expect(await page.text()).not.toMatch(/<script(?! type="module" src=)|\son\w+=|style=/);
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
});

test("the store has no secret", async () => {
  const visitor = new Visitor();
  const [used, unused] = [secretOf(await way.create()), secretOf(await way.create())];
  await visitor.post(`${url}/auth/link`, { secret: used });
  const documents = documentsOf(gate);
  const kept = JSON.stringify([await documents.list({ collection: "link" }), await documents.list({ collection: "session" })]);
  for (const secret of [used, unused, ...visitor.cookies.values()]) expect(kept).not.toContain(secret);
});
