// Each quickstart as its reader follows it, who has only npm: the tarballs installed into an empty folder. On the oldest Node
// with the oldest version of every peer, and on the newest Node with the newest.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { oldestNode } from "@countersign/oldest-node";
import { fileOf, follow, packAll, projectIn, quickstarts, type Manifest } from "@countersign/packed";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "countersign-quickstarts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tarballs = packAll(folder);
const manifests = Object.values(tarballs).map((tarball) => JSON.parse(fileOf(tarball, "package.json")) as Manifest);

/** `name`, or `name@range`, without what follows the name. */
const nameOf = (wanted: string): string => wanted.replace(/(?<=.)@.*/, "");

/** As the page says. */
const newest = (wanted: readonly string[]): readonly string[] => wanted;

/** The first version that the packages allow. What no package has as a peer is for real models only. */
function oldest(wanted: readonly string[]): readonly string[] {
  const ranges = Object.assign({}, ...manifests.map(({ peerDependencies }) => peerDependencies)) as Record<string, string>;
  return wanted.flatMap((each) => {
    const name = nameOf(each);
    // Of `^6.0.158 || ^7.0.0` the one that the page installs.
    const version = ranges[name]?.split("^").at(-1);
    return name in tarballs ? [each] : version ? [`${name}@${version}`] : [];
  });
}

/** With what they depend on, for which npm would ask its registry. */
function fromTarballs(wanted: readonly string[]): string {
  const own = wanted.filter((name) => name in tarballs);
  const all = new Set(own);
  for (const name of all)
    for (const dependency of Object.keys(manifests.find((each) => each.name === name)?.dependencies ?? {}))
      if (dependency in tarballs) all.add(dependency);
  return [...[...all].map((name) => `"${tarballs[name]}"`), ...wanted.filter((name) => !own.includes(name))].join(" ");
}

// Side by side: much of an install is waiting for the registry.
describe.each(quickstarts)("the quickstart of $framework", { concurrent: true }, (quickstart) => {
  test.each([
    { name: "the oldest Node with the oldest peers", node: oldestNode, versionsOf: oldest },
    { name: "the newest Node with the newest peers", node: process.execPath, versionsOf: newest },
  ])("$name", { timeout: 900_000 }, async ({ node, versionsOf }) => {
    const cwd = join(folder, `${quickstart.framework}-${versionsOf.name}`);
    mkdirSync(cwd);
    // What is compiled here is never loaded again from these paths: it goes with the folder.
    const project = projectIn(cwd, [dirname(node)], { NODE_COMPILE_CACHE: join(folder, "compile-cache") });
    await project.sh(`npm install --engine-strict --no-audit --no-fund ${fromTarballs(versionsOf(quickstart.install))}`);
    expect(project.read("package.json")).toContain("@countersign/cli");
    await follow(quickstart, project);
  });
});
