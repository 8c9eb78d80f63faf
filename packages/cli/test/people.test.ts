// A file of people prevents mistakes: a misspelt id, a role that somebody doesn't have, a person who is two.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";

await bundleCommand();

const PEOPLE = `# Who there is.
people:
  - { id: fiona, name: Fiona Reyes, roles: [finance], aliases: [fiona@example.com] }
  - { id: dora, name: Dora Lind, roles: [] }
  - { id: retention, kind: service }
`;

let office: Office;
let cwd: string;
beforeAll(async () => {
  office = await officeOn("sqlite");
  cwd = join(office.home, "project");
  mkdirSync(join(cwd, "team"), { recursive: true });
  writeFileSync(join(cwd, "countersign.json"), JSON.stringify({ people: "team/people.yaml" }));
  writeFileSync(join(cwd, "team/people.yaml"), PEOPLE);
});
afterAll(() => office.close());

async function signed(as: string, roles = "") {
  const { id, proposal } = await office.asked();
  const env = { COUNTERSIGN_AS: as, COUNTERSIGN_ROLES: roles };
  const ended = await office.run(["approve", id, "--digest", proposal.digest], { cwd, env });
  return { ...ended, decisions: (await office.gate.get(id))?.decisions ?? [] };
}

describe("who signs", () => {
  it("has the name, the roles and the other ids that the file gives them", async () => {
    const fiona = { id: "fiona", name: "Fiona Reyes", roles: ["finance"], aliases: ["fiona@example.com"] };
    expect((await signed("fiona")).decisions).toMatchObject([{ by: fiona }]);
    expect((await signed("fiona", "finance")).decisions).toMatchObject([{ by: fiona }]);
    const other = { ...fiona, id: "fiona@example.com", aliases: ["fiona"] };
    expect((await signed("fiona@example.com")).decisions).toMatchObject([{ by: other }]);
    const dora = await signed("dora");
    expect([dora.code, dora.stderr, dora.decisions]).toEqual([3, expect.stringContaining("finance"), []]);
  });

  it.each([
    ["fionna", "", "You would sign as fionna, and nobody in .*team/people.yaml has that id. Did you mean fiona?"],
    ["fiona", "fiance", "the role fiance, and .*team/people.yaml gives fiona only finance. Did you mean finance?"],
    ["fiona", "finance,cfo", "the role cfo, and .* gives fiona only finance."],
    ["dora", "finance", "the role finance, and .* gives dora no role."],
  ])("is refused as %s with the roles %j, and nothing is signed", async (as, roles, says) => {
    const { code, stderr, decisions } = await signed(as, roles);
    expect([code, decisions]).toEqual([2, []]);
    expect(stderr).toMatch(new RegExp(says));
    const env = { COUNTERSIGN_AS: as, COUNTERSIGN_ROLES: roles };
    const operated = await office.run(["freeze", "--everything", "--reason", "x", "--yes"], { cwd, env });
    expect([operated.code, await office.gate.freezes()]).toEqual([2, []]);
    expect((await office.run(["list"], { cwd, env })).code).toBe(0);
  });

  it("keeps their own roles where the file says nothing of roles", async () => {
    const purged = await office.run(["purge", "--older-than", "1d", "--yes"], {
      cwd,
      env: { COUNTERSIGN_AS: "retention", COUNTERSIGN_ROLES: "any" },
    });
    expect([purged.code, purged.stderr]).toEqual([0, ""]);
  });
});

describe("the file", () => {
  it("gives names beside ids where a person is shown, and never in their place", async () => {
    const { id } = await office.asked("free_text", { n: 1 }, { requestedBy: "dora" });
    const env = { COUNTERSIGN_AS: "fiona", COUNTERSIGN_ROLES: "" };
    const terminal = office.terminal(["cancel", id, "--reason", "twice"], { cwd, env });
    const shown = await terminal.until("Withdraw it?");
    expect(shown).toMatch(/asked by +│ Dora Lind \(dora\)/);
    expect(shown).toContain("Fiona Reyes (fiona; finance)");
    terminal.kill();
    await terminal.ended();
  });

  it("tells doctor who could sign", async () => {
    const { id } = await office.asked("wire", { amount: 1 });
    const { stdout, code } = await office.run(["doctor", "--json"], { cwd, env: { COUNTERSIGN_AS: "fiona", COUNTERSIGN_ROLES: "" } });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining(`Nobody among the people of the configuration may sign 1 request such as ${id}`),
    ]);
  });

  it.each([
    ["people: [{ id: fiona, rolse: [finance] }]", "people.yaml: There is no setting rolse in people.0. Did you mean roles?"],
    ["peopel: []", "people.yaml: There is no setting peopel. Did you mean people?"],
    ["people: [{ id: fiona, roles: finance }]", "people.yaml: people.0.roles can't be used. Write people: [{ id: fiona"],
    ["- fiona", "people.yaml: This is no list of people. Write people: [{ id: fiona"],
    [
      "people: [{ id: a, aliases: [fiona], roles: [x] }, { id: b, aliases: [fiona], roles: [y] }]",
      "fiona stands in people.0 (a) and in people.1 (b)",
    ],
    ["people: [{ id: fiona }, { id: fiona, roles: [cfo] }]", "fiona stands in people.0 (fiona) and in people.1 (fiona)"],
    ["people: !!js/function 'x'", "people.yaml is not YAML: Unresolved tag: tag:yaml.org,2002:js/function"],
    ["people: [", "people.yaml is not YAML: "],
    ['{"people": [{"id": "fiona"}]}', undefined],
  ])("%s", async (text, says) => {
    const folder = join(office.home, "other");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "countersign.json"), JSON.stringify({ people: "people.yaml" }));
    writeFileSync(join(folder, "people.yaml"), text);
    const { code, stderr } = await office.run(["list"], { cwd: folder });
    expect([code, stderr]).toEqual(says === undefined ? [0, ""] : [2, expect.stringContaining(says)]);
    if (says !== undefined) expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
