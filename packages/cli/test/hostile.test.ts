// Names that look like rows of ours, in every kind of output: none begins a row of a terminal, and nothing hidden gets out.
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { atColumns, FORGED, hostileOffice, type HostileOffice } from "./support/hostile.ts";

await bundleCommand();

let office: HostileOffice;
beforeAll(async () => void (office = await hostileOffice()));
afterAll(() => office.close());

atColumns(80, () => office);

it("is one line in a pipe, with escapes", async () => {
  const { stdout, code } = await office.run(["freeze", "--tool", "pay\nfrozen 0000\u009b2J\u202e", "--reason", "x", "--yes"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^frozen \S+ tool pay\\u\{a\}frozen 0000\\u\{9b\}2J\\u\{202e\}\n$/);
});

it("is escaped once in a list", async () => {
  const { stdout } = await office.run(["list", "--status", "all"]);
  expect(stdout).toContain(`${FORGED}\\u{a}`);
  expect(stdout).not.toContain("{5c}");
});
