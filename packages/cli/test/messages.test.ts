// What somebody reads who has typed the id of no request.
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";

await bundleCommand();

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

it.each([["show"], ["history"], ["wait"], ["settle", "--retry"], ["cancel", "--reason", "x"]])("%s", async (command, ...options) => {
  for (const id of ["nonsense", "0123456789abcdef"]) {
    const { code, stdout, stderr } = await office.run([command, id, ...options]);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toBe(
      `countersign: There is no request ${id} in this store and tenant. Check the id, and which store and tenant you look into. countersign list --status all lists them.\n`,
    );
  }
});
