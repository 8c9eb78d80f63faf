// `countersign key`: what a program comes with. Given, listed and revoked, and tried at a server.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";
import { Person } from "./support/person.ts";
import { Served } from "./support/served.ts";

await bundleCommand();

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

describe("keys", () => {
  it("are shown once, open what their scope says, and open nothing once they are revoked", async () => {
    const given = await office.run(["key", "give", "ci", "--scope", "reader", "--expires", "90d", "--yes"]);
    expect([given.code, given.stdout]).toEqual([0, expect.stringMatching(/^cs_[\w-]{43}\n$/)]);
    const bearer = { authorization: `Bearer ${given.stdout.trim()}` };
    const served = await Served.on(office);
    expect(await served.call("/v1/me", { headers: bearer })).toMatchObject({ status: 200, body: { id: "key:ci", kind: "reader" } });
    const listed = await office.run(["key", "list", "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      name: "ci",
      scope: "reader",
      givenBy: "fiona",
      expiresAt: expect.any(Number) as number,
    });
    expect(listed.stdout).not.toContain(given.stdout.trim());
    expect((await office.run(["key"])).stdout).toMatch(/^ci\treader\t/);

    const taken = await office.run(["key", "give", "ci", "--scope", "reader", "--expires", "90d", "--yes"]);
    expect([taken.code, taken.stdout]).toEqual([2, ""]);
    expect((await office.run(["key", "revoke", "ci", "--yes"])).stdout).toBe("revoked ci\n");
    expect((await served.call("/v1/me", { headers: bearer })).status).toBe(401);
    expect((await office.run(["key", "revoke", "ci", "--yes"])).code).toBe(3);
    await served.stop();
    const trail = await office.run(["audit", "query", "--json"]);
    const events = trail.stdout
      .split("\n")
      .filter((line) => line.includes('"key/ci"'))
      .map((line) => JSON.parse(line) as { type: string; actor: object });
    expect(events).toMatchObject([
      { type: "key.given", actor: { id: "fiona" } },
      { type: "key.revoked", actor: { id: "fiona" } },
    ]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no scope", ["give", "a", "--expires", "1d"], /--scope/],
    ["a scope that isn't one", ["give", "a", "--scope", "all", "--expires", "1d"], /agent, reader, operator, reviewer-bot/],
    ["no end", ["give", "a", "--scope", "reader"], /--expires/],
    ["an end that isn't one", ["give", "a", "--scope", "reader", "--expires", "soon"], /such as 90d, or never/],
    ["an agent without its application", ["give", "a", "--scope", "agent", "--agent", "payments", "--expires", "1d"], /--application/],
    ["an agent for a reader", ["give", "a", "--scope", "reader", "--agent", "payments", "--expires", "1d"], /--scope agent/],
    ["a name that isn't one", ["give", "a b", "--scope", "reader", "--expires", "1d"], /letters, digits/],
    ["no yes", ["give", "a", "--scope", "reader", "--expires", "1d"], /Add --yes/],
  ])("aren't given with %s", async (why, args, says) => {
    const ended = await office.run(["key", ...args, ...(why === "no yes" ? [] : ["--yes"])]);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(says);
  });

  it("are asked about at a terminal, and Enter is no", async () => {
    const terminal = office.terminal(["key", "give", "desk", "--scope", "operator", "--expires", "never"]);
    const person = new Person(terminal);
    await person.sees("Give this key?");
    expect(await person.screen()).toMatch(/operator: sees everything[^]*never: somebody has to revoke it[^]*fiona/);
    await person.presses("\r");
    expect(await terminal.ended()).toBe(1);
    expect((await office.run(["key", "list"])).stdout).toBe("");
  });
});
