import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { rolldown, type Plugin } from "rolldown";

interface Manifest {
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/**
 * One file for each entry that `package.json` names, and what several of them need in files beside them: a process that
 * imports a package reads a few files in place of hundreds. The maps hold the sources. Other packages stay imports.
 * @param define what stands in the place of names that the sources only declare, as source text
 */
export async function bundle(folder: string, define: Readonly<Record<string, string>> = {}): Promise<void> {
  const build = await rolldown({
    cwd: folder,
    input: entriesOf(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest),
    platform: "node",
    // What newer syntax needs on the oldest Node is part of the file.
    external: /^(?!@oxc-project\/runtime\/)[^./\0]/,
    transform: { target: "node22.13", define },
    plugins: [programs(join(folder, "src"))],
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  try {
    await build.write({
      dir: join(folder, "dist"),
      format: "esm",
      sourcemap: true,
      // People read them in the declarations and, through the maps, in the sources.
      comments: { jsdoc: false, legal: true, annotation: true },
      // Without a hash: a build that comes out of a cache is laid over the last one, whose chunks would stay beside its own.
      chunkFileNames: "[name].js",
      codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
    });
  } finally {
    await build.close();
  }
}

/** `dist/cli/bin.js` is made of `src/cli/bin.ts`. */
function entriesOf({ exports = {}, bin = {} }: Manifest): Record<string, string> {
  const built = [...Object.values(exports).map((entry) => (typeof entry === "string" ? entry : entry.default)), ...Object.values(bin)];
  const names = built.map((path) => /^\.\/dist\/(.*)\.js$/.exec(path)?.[1]).filter((name) => name !== undefined);
  return Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]));
}

/** `new URL("./child.ts", import.meta.url)` is a program that processes are started with: it becomes an entry, at its own place. */
function programs(sources: string): Plugin {
  const CHILD = 'new URL("./child.ts", import.meta.url)';
  return {
    name: "programs",
    transform: {
      filter: { code: CHILD },
      handler(code, id) {
        const file = join(dirname(id), "child.ts");
        const fileName = relative(sources, file).replace(/\.ts$/, ".js");
        this.emitFile({ type: "chunk", id: file, fileName });
        // From a chunk, which is at the top of `dist`.
        return { code: code.replace(CHILD, `new URL("./${fileName}", import.meta.url)`), map: null };
      },
    },
  };
}
