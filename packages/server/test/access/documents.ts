/**
 * Writes what is generated of the API: `packages/server/openapi.json`, and the table in `docs/security.md`.
 * `--check` compares, and writes nothing. @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { desk } from "../support/desk.ts";
import { accessTable } from "./table.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const TABLE = /(?<=<!-- routes -->\n)[^]*(?=\n<!-- \/routes -->)/;

const { call } = desk();
const { body } = await call("nobody", "GET", "/v1/openapi.json");
const table = await accessTable();

const stale = [
  write("packages/server/openapi.json", () => `${JSON.stringify(body, null, 2)}\n`),
  write("docs/security.md", (text) => {
    if (!TABLE.test(text)) throw new Error("docs/security.md has no place for the table, between <!-- routes --> and <!-- /routes -->");
    return text.replace(TABLE, () => `\n${table}\n`);
  }),
].filter((path) => path !== undefined);

if (stale.length > 0 && process.argv.includes("--check")) {
  console.error(`${stale.join(" and ")} would be written differently now. Run pnpm api, and look at what has changed.`);
  process.exitCode = 1;
}

/** The file, if it isn't as it should be. */
function write(path: string, make: (text: string) => string): string | undefined {
  const file = join(ROOT, path);
  const before = readFileSync(file, { encoding: "utf8", flag: "a+" });
  const after = make(before);
  if (after === before) return undefined;
  if (!process.argv.includes("--check")) writeFileSync(file, after);
  return path;
}
