// What npm would serve: each package says where it comes from, and holds what somebody needs who has nothing else.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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

/** The targets of its links, without those inside code. */
function linksIn(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
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
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== "string");
    // Programs are entries, too; a command of the command line is read when it is called.
    const programs = files.filter((path) => /\/(child|bin)\.js$/.test(path));
    const most = manifest.name === "@countersign/cli" ? 40 : entries.length + programs.length + 1;
    expect(files.filter((path) => path.endsWith(".js")).length).toBeLessThanOrEqual(most);
  });

  test("its README says how to install it, with links that work anywhere", () => {
    const installs = readme.match(/^npm (?:install|i) .*$/gm)?.join("\n") ?? "";
    expect(installs).toContain(manifest.name);
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) if (peer !== "vitest") expect(installs).toContain(peer);
    const links = linksIn(readme);
    expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([]);
    const files_ = links.flatMap((link) => (link.startsWith(REPOSITORY) ? [/\/(?:blob|tree)\/main\/([^#]+)/.exec(link)?.[1] ?? link] : []));
    expect(files_.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test("core holds the documentation, whose links lead to pages that are there", () => {
  const core = tarballs.find(({ name }) => name === "@countersign/core");
  const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  expect(core?.files).toEqual(expect.arrayContaining(pages.map((page) => `docs/${page}`)));
  const lost = pages.flatMap((page) =>
    linksIn(fileOf(core?.tarball ?? "", `docs/${page}`))
      .filter((link) => !/^(https:\/\/|#)/.test(link))
      .filter((link) => !core?.files.includes(posix.join("docs", link.replace(/#.*/, ""))))
      .map((link) => `${page}: ${link}`),
  );
  expect(lost).toEqual([]);
});
