// What somebody reads who has typed an id that no request has: only a whole id names one, and those that begin with it are told.
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";

await bundleCommand();

let office: Office;
const ids: string[] = [];
beforeAll(async () => {
  office = await officeOn("sqlite");
  // As many as two that begin with the same letter take.
  for (let n = 0; n < 17; n++) ids.push((await office.asked()).id);
});
afterAll(() => office.close());

const wrong = async (id: string, command = "show") => {
  const { code, stdout, stderr } = await office.run([command, id, ...(command === "settle" ? ["--retry"] : [])]);
  return { code, stdout, stderr: stderr.trimEnd() };
};

it.each(["show", "history", "wait", "settle"])("%s: an id that was cut off", async (command) => {
  const [id = ""] = ids;
  expect(await wrong(id.slice(0, 20), command)).toEqual({
    code: 3,
    stdout: "",
    stderr: `countersign: There is no request ${id.slice(0, 20)}. Did you mean ${id}?`,
  });
});

it("an id that several begin with", async () => {
  const [letter = "", found = []] = [...Map.groupBy(ids, (id) => id.charAt(0))].find(([, { length }]) => length > 1) ?? [];
  const { code, stderr } = await wrong(letter);
  expect(code).toBe(3);
  expect(stderr).toMatch(new RegExp(`^countersign: ${found.length} requests begin with ${letter}: .* Give the whole id\\.$`));
  for (const id of found.slice(-5)) expect(stderr).toContain(id);
});

it("an id that none begins with", async () => {
  expect((await wrong("nonsense")).stderr).toBe(
    "countersign: There is no request nonsense in this store and tenant. Check the id, and which store and tenant you look into. countersign list --status all lists them.",
  );
});
