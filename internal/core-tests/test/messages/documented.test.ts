import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const docs = read("docs/errors.md");
const http = read("packages/server/src/http/problem.ts");

const matches = (text: string, pattern: RegExp): readonly (readonly string[])[] =>
  [...text.matchAll(pattern)].map(([, ...groups]) => groups);

test("docs/errors.md explains each code once, and no other", () => {
  const codes = [
    ...matches(read("packages/core/src/errors/codes.ts"), /^ {2}([A-Z_]+): \{/gm),
    ...matches(http, /^ {2}([A-Z_]+): \[/gm),
  ].flat();
  const rows = matches(docs, /^\| <a id="[a-z_]+"><\/a>`([A-Z_]+)` \|/gm).flat();
  expect(codes.length).toBeGreaterThan(45);
  expect(new Set(rows)).toEqual(new Set(codes));
  expect(rows).toHaveLength(codes.length);
});

test("each code has the anchor that the type of a problem over HTTP leads to", () => {
  expect(http).toContain("#${code.toLowerCase()}");
  const anchored = matches(docs, /^\| <a id="([a-z_]+)"><\/a>`([A-Z_]+)` \|/gm);
  expect(anchored.length).toBeGreaterThan(45);
  for (const [anchor, code] of anchored) expect(anchor).toBe(code?.toLowerCase());
});

test("docs/errors.md has the status of each code over HTTP", () => {
  const own = matches(docs, /^\| <a id="[a-z_]+"><\/a>`([A-Z_]+)` \| (\d+) \|/gm);
  const others = matches(docs, /^\| (\d+) \| (.+) \|$/gm).flatMap(([status = "", codes = ""]) =>
    codes.split(", ").map((code) => [code.replaceAll("`", ""), status]),
  );
  expect(own).toEqual(matches(http, /^ {2}([A-Z_]+): \[(\d+),/gm));
  const answered = matches(http, /^ {2}([A-Z_]+): (\d+),/gm).filter(([, status]) => status !== "500");
  expect(new Map(others as [string, string][])).toEqual(new Map(answered as [string, string][]));
});
