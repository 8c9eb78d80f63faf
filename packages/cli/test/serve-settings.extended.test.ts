// `countersign serve` with settings that can't be: what it ends with, and what to write.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";

await bundleCommand();

let office: Office;
let folders = 0;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

/** A folder with settings of its own. */
function project(settings: object): string {
  const cwd = join(office.home, `project-${++folders}`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, "countersign.json"), JSON.stringify(settings));
  return cwd;
}

describe.concurrent("what is wrong", () => {
  const URL_OF = { url: "https://approvals.acme.example" };
  const OIDC = { issuer: "https://id.acme.example", clientId: "countersign" };
  const PROXY = { header: "X-Forwarded-User", from: ["10.0.0.7"] };

  it.each<[string, object, readonly string[], RegExp]>([
    ["no sign-in beyond this machine", {}, ["--host", "0.0.0.0"], /On 0\.0\.0\.0, others .* "oidc": \{"issuer"/],
    ["an address for others, and no sign-in", { serve: URL_OF }, [], /serve\.url says .* nothing says how they sign in/],
    ["a sign-in, and no address", { serve: { oidc: OIDC } }, [], /Write "url": "https/],
    ["two sign-ins", { serve: { ...URL_OF, oidc: OIDC, proxy: PROXY } }, [], /oidc and proxy/],
    ["nobody's roles", { serve: { ...URL_OF, oidc: OIDC } }, [], /"people": "people.yaml".* or "rolesClaim": "groups" into serve\.oidc/],
    [
      "an address that isn't one",
      { serve: { ...URL_OF, proxy: { ...PROXY, from: ["acme"], rolesHeader: "x-roles" } } },
      [],
      /from: \["10\.0\.0\.0\/8"/,
    ],
    ["plain http", { serve: { url: "http://approvals.acme.example", oidc: { ...OIDC, rolesClaim: "groups" } } }, [], /https:\/\//],
    ["a secret in a file", { serve: { oidc: { ...OIDC, clientSecret: "s" } } }, [], /clientSecret.* set COUNTERSIGN_OIDC_CLIENT_SECRET/],
    ["a misspelt setting", { serve: { operator: ["ops"] } }, [], /no setting operator in serve\. Did you mean operators\?/],
    [
      "a name that isn't one",
      { serve: { hosts: ["https://b.example"] } },
      [],
      /serve\.hosts.* can't be used\. Write "hosts": \["approvals/,
    ],
    ["a wrong value", { serve: { operators: "ops" } }, [], /serve\.operators can't be used\. Write "operators": \["ops"\]/],
    ["another address than this machine's", {}, ["--host", "127.0.0.1.example.invalid"], /others than this machine/],
    ["no port", {}, ["--port", "70000"], /whole number from 0 to 65535/],
  ])("ends it with 2 and what to write: %s", async (_, settings, args, says) => {
    const ended = await office.run(["serve", "--port", "0", ...args], { cwd: project(settings) });
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(says);
  });
});
