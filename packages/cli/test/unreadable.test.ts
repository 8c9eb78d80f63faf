// A request that can't be read is named by every command that looks at all of them, and keeps none from the rest.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { officeOn, type Office } from "./support/office.ts";

let office: Office;
let bad = "";
let good = "";
beforeAll(async () => {
  office = await officeOn("sqlite");
  good = (await office.asked()).id;
  bad = (await office.asked()).id;
  const file = new DatabaseSync(office.address);
  file.prepare(`UPDATE requests SET record = '{"id":' WHERE id = ?`).run(bad);
  file.close();
});
afterAll(() => office.close());

const values = (text: string): readonly unknown[] => text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as unknown]));

it.each([[["list"]], [["list", "--json"]], [["list", "--status", "all"]]])("%s", async (args) => {
  const { stdout, stderr, code } = await office.run(args);
  expect([code, stdout.includes(good), stdout.includes(bad)]).toEqual([0, true, false]);
  expect(stderr).toContain(`${bad} can't be read`);
});

it("verify: the rest is verified, and the answer is no", async () => {
  const told = await office.run(["verify"]);
  expect([told.code, told.stdout]).toEqual([1, expect.stringMatching(/^verified \d+ events in 6 chains, but not 1 record/)]);
  expect(told.stderr).toContain(bad);
  const { stdout } = await office.run(["verify", "--json"]);
  expect(values(stdout)).toEqual([expect.objectContaining({ unreadable: [{ id: bad, reason: expect.any(String) }] })]);
});

it("audit export: every event is there", async () => {
  const out = join(office.home, "trail.jsonl");
  const { stdout, stderr, code } = await office.run(["audit", "export", "--out", out, "--json"]);
  expect([code, values(stdout)]).toEqual([0, [expect.objectContaining({ unreadable: [expect.objectContaining({ id: bad })] })]]);
  expect(stderr).toContain(bad);
  expect(values(readFileSync(out, "utf8"))).toEqual(expect.arrayContaining([expect.objectContaining({ subject: bad, type: "asked" })]));
});

it("doctor: a problem, with what to do", async () => {
  const { stdout, code } = await office.run(["doctor", "--json"]);
  expect(code).toBe(1);
  expect(values(stdout)).toContainEqual({
    check: "records",
    status: "problem",
    message: expect.stringContaining(bad),
    advice: expect.stringContaining("verify"),
  });
});

it("show: says which one, and that the store answered", async () => {
  const { stderr, code } = await office.run(["show", bad]);
  expect([code, stderr]).toEqual([4, expect.stringContaining(`${bad} can't be read`)]);
  expect(stderr).not.toContain("did not answer");
});
