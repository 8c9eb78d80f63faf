import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown, type Plugin } from "rolldown";
import type { Versions } from "./broker.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Which file stands for which module, as URLs. */
export type Replacements = Readonly<Record<string, string>>;

/**
 * Bundles these modules, given as URLs, with all that they import, and answers the path of a JSON file of
 * {@link Replacements}. Loading one file takes a third of the time that loading a framework's hundreds takes.
 */
export async function bundle(entries: readonly string[], versions: Versions): Promise<string> {
  const dir = join(
    ROOT,
    ".vitest/bundles",
    createHash("sha256")
      .update(JSON.stringify([entries, versions]))
      .digest("hex")
      .slice(0, 16),
  );
  rmSync(dir, { recursive: true, force: true });
  const names = entries.map((url, index) => ({ url, name: `entry-${index}` }));
  const build = await rolldown({
    input: Object.fromEntries(names.map(({ url, name }) => [name, fileURLToPath(url)])),
    platform: "node",
    logLevel: "silent",
    plugins: [ownUrls, nativeAddons, ...Object.entries(versions).map(([name, installed]) => inPlaceOf(entries, name, installed))],
  });
  try {
    await build.write({ dir, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "chunk-[hash].mjs" });
  } finally {
    await build.close();
  }
  const replacements: Replacements = Object.fromEntries(names.map(({ url, name }) => [url, pathToFileURL(join(dir, `${name}.mjs`)).href]));
  const file = join(dir, "replacements.json");
  writeFileSync(file, JSON.stringify(replacements));
  return file;
}

/** A module that looks for something beside itself finds it where the module came from. */
const ownUrls: Plugin = {
  name: "own-urls",
  transform: {
    filter: { code: "import.meta" },
    handler: (code, id) =>
      code
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(id)))
        .replaceAll("import.meta.filename", JSON.stringify(id)),
  },
};

/** Wherever it is imported, the package is the one that the application of these tests has installed under another name. */
function inPlaceOf(entries: readonly string[], name: string, installed: string): Plugin {
  return {
    name: `in-place-of-${name}`,
    async resolveId(id) {
      if (id !== name) return undefined;
      const found = await Promise.all(entries.map((url) => this.resolve(installed, fileURLToPath(url), { skipSelf: true })));
      return found.find((each) => each && !each.external) ?? this.error(`${installed} is not installed beside ${entries.join(", ")}`);
    },
  };
}

/** A package with a native addon looks for it beside its own files, so it stays where it is. */
const nativeAddons: Plugin = {
  name: "native-addons",
  resolveId: {
    filter: { id: /^better-sqlite3$/ },
    async handler(id, importer) {
      const found = await this.resolve(id, importer, { skipSelf: true });
      return found && { id: pathToFileURL(found.id).href, external: true };
    },
  },
};
