// What npm would serve: each package says where it comes from, and holds what somebody needs who has nothing else.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fileOf, filesOf, folders, packAll, ROOT, type Manifest } from "@countersign/packed";

const REPOSITORY = "https://github.com/countersign/countersign";

const packed = mkdtempSync(join(tmpdir(), "countersign-packed-"));
afterAll(() => rmSync(packed, { recursive: true, force: true }));
const tarballs = Object.entries(packAll(packed)).map(([name, tarball]) => ({
  name,
  tarball,
  files: filesOf(tarball),
  manifest: JSON.parse(fileOf(tarball, "package.json")) as Manifest,
  readme: fileOf(tarball, "README.md"),
}));

/** What a file has read before it runs. What it asks for later, when it needs that, isn't among it. */
function readBefore(path: string, text: string): readonly string[] {
  const imported = [...text.matchAll(/(?:\bfrom|^import) "(\.{1,2}\/[^"]+)"/gm)];
  return imported.map(([, other = ""]) => posix.join(posix.dirname(path), other));
}

test("there is one for each package", () => {
  expect(folders.length).toBeGreaterThan(10);
  expect(tarballs.map(({ manifest }) => manifest.repository.directory).toSorted()).toEqual(folders);
});

describe.each(tarballs)("$name", ({ files, manifest, readme, tarball }) => {
  test("it says what it is and where it comes from", () => {
    const { directory } = manifest.repository;
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/.{20}/),
      homepage: `${REPOSITORY}/tree/main/${directory}#readme`,
      bugs: `${REPOSITORY}/issues`,
      repository: { type: "git", url: `git+${REPOSITORY}.git` },
      engines: { node: ">=22.13" },
    });
    expect(manifest.keywords).toEqual(expect.arrayContaining(["approval", "human-in-the-loop", "ai-agents"]));
  });

  test("it depends on versions, not on this workspace", () => {
    const ranges = Object.values({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect(ranges.filter((range) => /^(workspace|catalog|file|link):/.test(range))).toEqual([]);
  });

  test("it holds each file that it names, its sources once, and no test", () => {
    const entries = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    const named = [...entries, ...Object.values(manifest.bin ?? {})].map((path) => posix.normalize(path));
    expect(files).toEqual(expect.arrayContaining([...named, "README.md", "LICENSE"]));
    expect(files.filter((path) => /^(src|test)\/|\.ts\.map$|(?<!\.d)\.ts$/.test(path))).toEqual([]);
    for (const path of files.filter((file) => file.endsWith(".js.map"))) {
      const { sources, sourcesContent } = JSON.parse(fileOf(tarball, path)) as { sources: unknown[]; sourcesContent: unknown[] };
      expect(sourcesContent.filter((text) => typeof text === "string")).toHaveLength(sources.length);
    }
  });

  test("a process that imports it reads few files", () => {
    const entries = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? [] : [entry.default]));
    const programs = [...files.filter((path) => path.endsWith("/child.js")), ...Object.values(manifest.bin ?? {})];
    const starts = [...entries, ...programs].map((path) => posix.normalize(path)).filter((path) => path.endsWith(".js"));
    const read = new Set(starts);
    for (const path of read) for (const other of readBefore(path, fileOf(tarball, path))) read.add(other);
    // Beside what they begin with, what they share.
    expect(read.size).toBeLessThanOrEqual(starts.length + 1);
    // The next build writes over the files of this one, wherever it comes from.
    expect(files.filter((path) => /-[\w-]{8}\.js(?:\.map)?$/.test(path) && /[A-Z\d]/.test(path))).toEqual([]);
  });

  test("its README says how to install it, with all that it needs", () => {
    const installs = readme.match(/^npm (?:install|i) .*$/gm)?.join("\n") ?? "";
    const needed = Object.keys(manifest.peerDependencies ?? {}).filter((peer) => peer !== "vitest");
    expect([manifest.name, ...needed].filter((name) => !installs.includes(name))).toEqual([]);
  });

  test("the README of all packages says which versions of its peers it takes", () => {
    const table = readFileSync(join(ROOT, "README.md"), "utf8");
    const peers = Object.entries(manifest.peerDependencies ?? {}).filter(
      ([peer]) => !["vitest", "zod", "@openai/agents-core"].includes(peer),
    );
    const said = peers.map(([peer, range]) => `\`${peer}\` ${range.replace(" || ", " or ")}`);
    expect(said.filter((each) => !table.includes(each))).toEqual([]);
  });
});

test("core holds every page of the documentation", () => {
  const core = tarballs.find(({ name }) => name === "@countersign/core");
  const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  expect(core?.files).toEqual(expect.arrayContaining(pages.map((page) => `docs/${page}`)));
});
