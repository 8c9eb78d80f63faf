// Every link of every page leads somewhere: in the repository, and in the tarballs that pages ship in.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const REPOSITORY = /^https:\/\/github\.com\/countersign\/countersign\/(?:blob|tree)\/main\//;

const pages = globSync("{*.md,.changeset/*.md,{docs,packages,examples,internal,bench}/**/*.md}", {
  cwd: root,
  exclude: ["**/node_modules", "**/dist", "packages/core/docs"],
});

interface Link {
  readonly page: string;
  readonly target: string;
}

const links = pages.flatMap((page): Link[] =>
  [...withoutCode(textOf(page)).matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, target = ""]) => ({ page, target })),
);

function textOf(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "").replaceAll(/`[^`\n]*`/g, "code");
}

/** The names that GitHub gives to the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>();
  return [
    ...textOf(page)
      .replaceAll(/^( *)```[\s\S]*?^\1```/gm, "")
      .matchAll(/^#+ +(.+)$/gm),
  ].map(([, heading = ""]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const name = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
}

/** Why a link leads nowhere. */
function broken({ page, target }: Link): string | undefined {
  const [path = "", anchor] = target.replace(REPOSITORY, "").split("#");
  if (/^[a-z]+:/.test(path)) return undefined;
  const file = normalize(REPOSITORY.test(target) ? path : path === "" ? page : join(dirname(page), path)).replace(/\/$/, "");
  if (!existsSync(join(root, file))) return `${page}: ${target} (no such file)`;
  if (anchor === undefined) return undefined;
  const shown = statSync(join(root, file)).isDirectory() ? join(file, "README.md") : file;
  return anchorsOf(shown).includes(anchor) ? undefined : `${page}: ${target} (no such heading)`;
}

it("leads to a file and a heading that are there", () => {
  expect(links.length).toBeGreaterThan(100);
  expect(links.flatMap((link) => broken(link) ?? [])).toEqual([]);
});

it("leads from the README to every page of the documentation", () => {
  const documentation = pages.filter((page) => page.startsWith("docs/"));
  const linked = links.flatMap(({ page, target }) => (page === "README.md" ? [target.replace(/#.*/, "")] : []));
  expect(documentation.filter((page) => !linked.includes(page))).toEqual([]);
});

it("doesn't leave its tarball, unless it is absolute: the docs are in one package, and each README is in its own", () => {
  const leaves = ({ page, target }: Link): boolean => {
    if (/^([a-z]+:|#)/.test(target)) return false;
    if (page.startsWith("docs/")) return !/^([^/]+\.md(#|$)|pictures\/[^/]+\.svg$|inbox\/[^/]+\.webp$)/.test(target);
    return /^packages\/.*README\.md$/.test(page);
  };
  expect(links.filter(leaves).map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
});
