import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "../../..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly url: string; readonly directory: string };
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Every package that is published, from the root. */
export const folders: readonly string[] = globSync("packages/{*,stores/*,adapters/*}/package.json", { cwd: ROOT }).map(dirname).toSorted();

/** Packs what is built, every package. Answers the tarballs' paths by the packages' names. */
export function packAll(into: string): Readonly<Record<string, string>> {
  execFileSync("pnpm", ["--recursive", "--filter", "./packages/**", "pack", "--pack-destination", into], { cwd: ROOT, stdio: "pipe" });
  return Object.fromEntries(
    folders.map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
      return [name, join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`)];
    }),
  );
}

/** What a tarball holds, without its first folder. */
export function filesOf(tarball: string): readonly string[] {
  return tar("-tzf", tarball)
    .split("\n")
    .filter((line) => line !== "")
    .map((path) => path.replace(/^package\//, ""));
}

/** One file of a tarball. */
export function fileOf(tarball: string, path: string): string {
  return tar("-xzOf", tarball, `package/${path}`);
}

function tar(...args: readonly string[]): string {
  return execFileSync("tar", args, { encoding: "utf8", maxBuffer: 10_000_000 });
}
