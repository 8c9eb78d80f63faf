import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

test("docs/errors.md explains each code once, and no other", () => {
  const codes = [...read("packages/core/src/errors/codes.ts").matchAll(/^ {2}([A-Z_]+): \{/gm)].map(([, code]) => code);
  const rows = [...read("docs/errors.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(30);
  expect(new Set(rows)).toEqual(new Set(codes));
  expect(rows).toHaveLength(codes.length);
});
