// `countersign serve` in real processes: who gets in, what it says, and how it ends.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { it } from "./support/in-an-office.ts";
import { officeOn, type Office } from "./support/office.ts";
import { Person } from "./support/person.ts";
import { responded, Served } from "./support/served.ts";

await bundleCommand();

/** A folder with settings of its own. */
function project(office: Office, settings: object, people?: string): string {
  const cwd = join(office.home, "project");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "countersign.json"), JSON.stringify(settings));
  if (people !== undefined) writeFileSync(join(cwd, "people.yaml"), people);
  return cwd;
}

describe.concurrent("the link", () => {
  it("signs in whom the settings name, once, and the session lives through a restart", async ({ office }) => {
    const served = await Served.on(office);
    const { signInLink, url } = await served.says("listening");
    expect(signInLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\/link#[\w-]{43}$/);
    expect((await served.call("/v1/me")).status).toBe(401);
    const page = await served.call("/auth/link");
    expect([page.status, page.headers["set-cookie"]]).toEqual([200, undefined]);

    const opened = await served.opens(signInLink);
    const cookie = opened.headers["set-cookie"]?.[0] ?? "";
    expect(opened.status).toBe(200);
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    expect(await served.call("/v1/me", { headers })).toMatchObject({
      status: 200,
      body: { id: "fiona", roles: ["finance"], kind: "person" },
    });
    const again = await served.opens(signInLink);
    expect([again.status, again.headers["set-cookie"]]).toEqual([401, undefined]);
    const from = { at: expect.any(Number) as number, peer: "127.0.0.1", requestId: expect.any(String) as string };
    expect(await served.says("signed-in")).toEqual({ ...from, type: "signed-in", way: "link", by: "fiona" });
    const refused = { type: "refused", status: 401, code: "UNAUTHENTICATED", method: "GET", path: "/v1/me" };
    expect(await served.says("refused")).toEqual({ ...from, ...refused });

    const port = String(await served.port());
    expect(await served.stop()).toBe(0);
    const restarted = await Served.on(office, ["--port", port]);
    expect((await restarted.says("listening")).url).toBe(url);
    expect(await restarted.call("/v1/me", { headers })).toMatchObject({ status: 200, body: { id: "fiona" } });
    // Of whoever is named now.
    expect(await restarted.stop()).toBe(0);
    const other = await Served.on(office, ["--port", port], { env: { COUNTERSIGN_AS: "grace" } });
    expect((await other.call("/v1/me", { headers })).status).toBe(401);
    expect(await other.stop()).toBe(0);
  });

  it("lets that browser decide, and the trail says who it was and through what", async ({ office }) => {
    const served = await Served.on(office);
    const headers = { cookie: await served.signedIn() };
    const { id, proposal } = await office.asked();
    const path = `/v1/requests/${id}`;
    expect(await served.call(path, { headers })).toMatchObject({ status: 200, body: { request: { id, status: "pending" } } });
    const decide = (body: object, more: object = {}) =>
      served.call(`${path}/decisions`, { method: "POST", headers: { ...headers, ...more }, body });
    const decision = { type: "approve", comment: "looked at it" };
    expect(await decide({ decision })).toMatchObject({ status: 428, body: { code: "DIGEST_REQUIRED" } });
    expect(await decide({ digest: proposal.digest, decision }, { "sec-fetch-site": "cross-site" })).toMatchObject({ status: 403 });
    expect(await decide({ digest: proposal.digest, decision }, { cookie: "" })).toMatchObject({ status: 401 });
    expect((await office.gate.get(id))?.status).toBe("pending");
    expect(await decide({ digest: proposal.digest, decision })).toMatchObject({ status: 200, body: { request: { status: "approved" } } });
    expect((await office.gate.get(id))?.decisions).toMatchObject([{ by: { id: "fiona" }, via: "web", decision }]);
    expect(await served.says("decided")).toMatchObject({ requestId: id, by: "fiona", via: "web", status: "approved" });
    await served.stop();
    // Another process, the same answer: it counts once.
    const later = await Served.on(office, ["--port", String(await served.port())]);
    expect(await later.call(`${path}/decisions`, { method: "POST", headers, body: { digest: proposal.digest, decision } })).toMatchObject({
      status: 200,
    });
    expect((await office.gate.get(id))?.decisions).toHaveLength(1);
    await later.stop();
  });

  it("opens for one of two browsers that come at once", async ({ office }) => {
    const served = await Served.on(office);
    const { signInLink } = await served.says("listening");
    const both = await Promise.all([served.opens(signInLink), served.opens(signInLink)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    await served.stop();
  });

  it("is followed by a line for each decision, whichever surface it came through", async ({ office }) => {
    const served = await Served.on(office);
    const { id, threadId, proposal } = await office.asked();
    expect((await office.run(["approve", id, "--digest", proposal.digest])).code).toBe(0);
    expect(await served.says("decided")).toEqual({
      at: expect.any(Number) as number,
      type: "decided",
      requestId: id,
      tool: "send_payment",
      threadId,
      agent: "",
      decision: "approve",
      status: "approved",
      by: "fiona",
      via: "cli",
    });
    expect(await served.stop()).toBe(0);
    await served.says("closed");
    expect(served.stderr).toBe("");
  });
});

describe.concurrent("on PostgreSQL", () => {
  it("signs in, decides, and keeps sessions and keys for every process", async () => {
    const desk = await officeOn("postgres");
    const { id, proposal } = await desk.asked();
    const [one, two] = await Promise.all([Served.on(desk), Served.on(desk)]);
    const given = await desk.run(["key", "give", "watch", "--scope", "reader", "--expires", "1h", "--yes"]);
    const key = { authorization: `Bearer ${given.stdout.trim()}` };
    for (const each of [one, two]) expect(await each.call(`/v1/requests/${id}`, { headers: key })).toMatchObject({ status: 200 });
    const link = (await one.says("listening")).signInLink;
    expect((await one.opens(link)).status).toBe(200);
    expect((await two.opens(link)).status).toBe(401);
    const headers = { cookie: await two.signedIn() };
    const body = { digest: proposal.digest, decision: { type: "reject", message: "Paid in May." } };
    expect(await two.call(`/v1/requests/${id}/decisions`, { method: "POST", headers, body })).toMatchObject({ status: 200 });
    expect(await one.says("decided")).toMatchObject({ requestId: id, decision: "reject", via: "web" });
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    await desk.close();
  });
});

describe.concurrent("at a terminal", () => {
  it("says where it is and what is decided, gives another link, and ends with Ctrl-C", async ({ office, expect }) => {
    const terminal = office.terminal(["serve", "--port", "0"], { columns: 80 });
    await terminal.until("To sign in as fiona");
    const links = (): readonly string[] => [...new Set(terminal.text.match(/http:\/\/127\.0\.0\.1:\d+\/auth\/link#[\w-]{43}/g))];
    await expect.poll(links).toHaveLength(1);
    terminal.type("\r");
    await expect.poll(links).toHaveLength(2);
    const { id, proposal } = await office.asked();
    await office.run(["reject", id, "--digest", proposal.digest]);
    await terminal.until(`rejected request ${id}`);
    const link = new URL(links()[0] ?? "");
    const headers = { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin" };
    await fetch(`${link.origin}/auth/link`, { method: "POST", headers, body: JSON.stringify({ secret: link.hash.slice(1) }) });
    await terminal.until("signed in fiona (finance), by link from 127.0.0.1");
    await fetch(`${link.origin}/v1/me`);
    await terminal.until("refused 401 UNAUTHENTICATED: GET /v1/me from 127.0.0.1");
    const person = new Person(terminal, 80);
    expect(await person.screen()).toContain("Serving ");
    terminal.type("\u0003");
    expect(await terminal.ended()).toBe(0);
  });
});

describe.concurrent("the page", () => {
  it("is what a link leads to: anybody gets it, and it holds nothing of anybody", async ({ office }) => {
    const served = await Served.on(office);
    const { id } = await office.asked();
    const { body: opened } = await served.opens((await served.says("listening")).signInLink);
    const { pathname } = new URL(String(opened["to"]));
    const page = await served.call(pathname);
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
    expect((await served.call(`/requests/${id}`)).body).toEqual(page.body);
    const [, script = ""] = /<script[^>]* src="\.\/([^"]+)"/.exec(String(page.body["text"])) ?? [];
    expect(await served.call(`/${script}`)).toMatchObject({ status: 200, headers: { "content-type": "text/javascript; charset=utf-8" } });
    await served.stop();
  });
});

describe.concurrent("a host that is not its own", () => {
  it("is refused, also with the cookie of somebody who has signed in", async ({ office }) => {
    const served = await Served.on(office);
    const cookie = await served.signedIn();
    const ask = async (path: string, host: string) => (await served.call(path, { headers: { host, cookie } })).body["code"];
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost:1", "[::1]", "127.0.0.1"])
      expect([await ask("/v1/me", host), await ask("/auth/link", host)]).toEqual(["WRONG_HOST", "WRONG_HOST"]);
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) expect(await ask("/v1/me", `${name}:${await served.port()}`)).toBeUndefined();
    await served.stop();
  });
});

// Other systems have no further address of their own.
it.skipIf(process.platform !== "linux")("serves any address that only this machine reaches", async ({ office }) => {
  const served = await Served.on(office, ["--host", "127.0.0.2", "--port", "0"]);
  const { address = "", signInLink = "" } = await served.says("listening");
  expect(signInLink).toMatch(new RegExp(`^http://${address}/auth/link#`));
  expect((await fetch(`http://${address}/v1/me`)).status).toBe(401);
  await served.stop();
});

describe.concurrent("people", () => {
  const FINANCE = "people: [{ id: fiona, roles: [finance] }]\n";

  it("have the roles that their file gives them now", async ({ office }) => {
    const cwd = project(office, { people: "people.yaml" }, FINANCE);
    const served = await Served.on(office, ["--port", "0"], { cwd, env: { COUNTERSIGN_ROLES: "" } });
    const headers = { cookie: await served.signedIn() };
    const roles = async () => (await served.call("/v1/me", { headers })).body["roles"];
    expect(await roles()).toEqual(["finance"]);
    writeFileSync(join(cwd, "people.yaml"), "people: [{ id: fiona, roles: [finance, cfo] }]\n");
    expect(await roles()).toEqual(["finance", "cfo"]);
    // In the middle of being written: what was there before holds, and it is said.
    writeFileSync(join(cwd, "people.yaml"), "people: [{ id: fio");
    expect(await roles()).toEqual(["finance", "cfo"]);
    writeFileSync(join(cwd, "people.yaml"), "people: [{ id: dora, roles: [finance] }]\n");
    expect((await served.call("/v1/me", { headers })).status).not.toBe(200);
    await served.stop();
    expect(served.stderr).toMatch(/people\.yaml is not YAML.*the people and roles of before/);
  });

  it("are whom a proxy names, from where it may, and there is no link", async ({ office }) => {
    const serve = { url: "https://approvals.acme.example", operators: ["ops"], proxy: { header: "X-Forwarded-User", from: ["127.0.0.1"] } };
    const cwd = project(office, { people: "people.yaml", serve }, "people: [{ id: dora, roles: [ops] }]\n");
    const served = await Served.on(office, ["--port", "0", "--host", "0.0.0.0"], { cwd });
    const said = await served.says("listening");
    expect([said.url, said.signInLink]).toEqual(["https://approvals.acme.example", undefined]);
    const as = async (user: object) => (await served.call("/v1/me", { headers: { host: "approvals.acme.example", ...user } })).status;
    expect([await as({}), await as({ "x-forwarded-user": "dora" }), await as({ "x-forwarded-user": "fiona" })]).toEqual([401, 200, 401]);
    expect((await served.call("/auth/link", { headers: { host: "approvals.acme.example" } })).status).toBe(404);
    await served.stop();
  });
});

describe.concurrent("OpenID Connect", () => {
  it("takes the place of the link. A provider that is away is told to whoever signs in, and keys go on", async ({ office }) => {
    const oidc = { issuer: "http://127.0.0.1:9", clientId: "countersign" };
    const serve = { url: "https://approvals.acme.example", operators: ["opps"], oidc };
    const people = "people: [{ id: dora, roles: [ops] }]\n";
    const served = await Served.on(office, ["--port", "0"], { cwd: project(office, { people: "people.yaml", serve }, people) });
    expect((await served.says("listening")).signInLink).toBeUndefined();
    const host = { host: "approvals.acme.example" };
    expect((await served.call("/auth/oidc/sign-in", { headers: host })).status).toBe(503);
    expect((await served.call("/v1/me", { headers: host })).status).toBe(401);
    expect(await served.stop()).toBe(0);
    expect(served.stderr).toContain("no id in ");
    expect(served.stderr).toContain("begins with http://127.0.0.1:9#");
    expect(served.stderr).toContain("has the role opps, which serve names. Did you mean ops?");
  });
});

describe.concurrent("what is wrong", () => {
  it("is nobody to sign in, no store, or one that is not there", async ({ office }) => {
    const [nobody, none, missing, json, key] = await Promise.all([
      office.run(["serve"], { env: { COUNTERSIGN_AS: "", COUNTERSIGN_ROLES: "" } }),
      office.run(["serve"], { env: { COUNTERSIGN_STORE: "" } }),
      office.run(["serve", "--store", "no.db"]),
      office.run(["serve", "--json", "--host", "::"]),
      office.run(["serve"], { env: { COUNTERSIGN_AS: "key:ci" } }),
    ]);
    expect([nobody.code, none.code, missing.code, json.code, key.code]).toEqual([2, 2, 2, 2, 2]);
    expect(key.stderr).toContain("those of API keys");
    expect(nobody.stderr).toContain("Who signs? Set COUNTERSIGN_AS");
    expect(none.stderr).toContain("Which store?");
    expect(missing.stderr).toContain("There is no file no.db");
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "CLI" } });
  });

  it("is a port that is taken", async ({ office }) => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const ended = await office.run(["serve", "--port", String(port)]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe.concurrent("a signal", () => {
  it.for(["SIGTERM", "SIGINT"] as const)("lets what runs end, and takes nothing new: %s", async (signal, { office, expect }) => {
    const served = await Served.on(office);
    const port = await served.port();
    const headers = { "content-type": "application/json", "sec-fetch-site": "same-origin", "content-length": "14" };
    const running = send({ port, host: "127.0.0.1", path: "/auth/link", method: "POST", headers });
    await new Promise((resolve) => running.write('{"secret"', resolve));
    // It has arrived when another one, sent later, is answered.
    await served.call("/v1/me");
    served.signal(signal);
    await expect
      .poll(() =>
        served.call("/v1/me").then(
          () => "answered",
          () => "refused",
        ),
      )
      .toBe("refused");
    running.end(':"x"}');
    const response = await responded(running);
    expect([response.statusCode, await text(response)]).toEqual([401, expect.stringContaining("too old")]);
    expect(await served.ended()).toBe(0);
  });

  it("doesn't wait for ever for a caller that says nothing more", async ({ office }) => {
    const served = await Served.on(office);
    const running = send({
      port: await served.port(),
      host: "127.0.0.1",
      path: "/auth/link",
      method: "POST",
      headers: { "content-length": "14" },
    });
    running.on("error", () => {});
    await new Promise((resolve) => running.write('{"secret"', resolve));
    expect(await served.stop()).toBe(0);
  });
});

it("is loaded for these commands alone: no other one waits for it", async ({ office }) => {
  const tells = `import { registerHooks } from "node:module"; registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;
  const loaded = async (...args: readonly string[]) => {
    const { stderr } = await office.run(args, { env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(tells)}"` } });
    return stderr.split("\n");
  };
  const [list, help, keys] = await Promise.all([loaded("list"), loaded("--help"), loaded("key", "list")]);
  const ofServer = (urls: readonly string[]) => urls.filter((url) => /hono|packages\/(?:server|inbox)\/|openid-client|jose/.test(url));
  expect([list.length, help.length].every((count) => count > 20)).toBe(true);
  expect([...ofServer(list), ...ofServer(help)]).toEqual([]);
  expect(ofServer(keys)).not.toEqual([]);
  expect(keys.filter((url) => url.includes("packages/inbox/"))).toEqual([]);
});
