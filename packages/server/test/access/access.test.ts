import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENDPOINTS } from "../../src/routes/endpoints.ts";
import { accessTable, ROWS } from "./table.ts";

test("the table of who may what has every route", () => {
  expect([...new Set(ROWS.map(({ id }) => id))].toSorted()).toEqual(ENDPOINTS.map(({ id }) => id).toSorted());
});

test("docs/security.md says what each route answers to each kind of caller; pnpm api writes it", async () => {
  expect(readFileSync(join(import.meta.dirname, "../../../../docs/security.md"), "utf8")).toContain(await accessTable());
});
