import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { build, type Plugin } from "vite";

/** A file of a page. Binary files are base64. */
interface PageFile {
  readonly type: string;
  readonly body: string;
  readonly encoding: "utf8" | "base64";
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};

/** In the page's folder: files with a name of their own, such as the manifest and the icons that it names. */
const PUBLIC = "public";

/**
 * Builds the page of a folder, and gives its files by their names. All addresses in it are relative, so that it can be served
 * from any path. The names of those in `assets/` change with their contents.
 */
export async function pageFiles(folder: string): Promise<Readonly<Record<string, PageFile>>> {
  // Vite would build another page where this says something else.
  process.env["NODE_ENV"] = "production";
  const root = realpathSync(folder);
  const built = await build({
    root,
    base: "./",
    configFile: false,
    publicDir: PUBLIC,
    logLevel: "warn",
    plugins: [unused, inlined, styled],
    css: { modules: { generateScopedName: shortNames(root) } },
    // Terser makes it a twenty-fifth smaller than Vite's own.
    build: {
      minify: "terser",
      terserOptions: SMALL,
      write: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: BROWSERS,
      rolldownOptions: {
        // A class without a style, for one, would be left out in silence.
        onLog(level, log, show) {
          if (log.code === "IMPORT_IS_UNDEFINED") throw new Error(log.message);
          show(level, log);
        },
      },
    },
  });
  const files = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  return Object.fromEntries([
    ...files.map((file) => [file.fileName, pageFile(file.fileName, file.type === "chunk" ? file.code : file.source)] as const),
    ...publicFiles(join(folder, PUBLIC)),
  ]);
}

/** Of the last two years. */
const BROWSERS = ["chrome130", "edge130", "firefox132", "safari18"];

/** A getter does something here: to read a signal is to hear of its changes. Taken for pure, such reads are left out. */
const SMALL = { ecma: 2020, module: true, compress: { passes: 3, pure_getters: false } } as const;

/** What can have a name in a file of styles. */
const NAMED = /(?:\.|@keyframes )([a-z][\w-]*)/gi;

/**
 * Class names as short as they can be: each stands in the styles and in the program. They are given out in the order of the files'
 * names. Vite reads files in the order in which the disk answers, and the page is the same, byte for byte, wherever it is built.
 */
function shortNames(folder: string): (name: string, file: string) => string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".module.css"));
  const names = files
    .toSorted()
    .map((file) => join(folder, file))
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(NAMED)].map(([, name = ""]) => `${file} ${name}`));
  const short = new Map([...new Set(names)].map((name, index) => [name, twoLetters(index)]));
  return (name, file) => {
    const found = short.get(`${file} ${name}`);
    if (found === undefined) throw new Error(`${file}: no short name for "${name}".`);
    return found;
  };
}

/** `aa`, `ab` and so on, to `zz`. */
function twoLetters(index: number): string {
  if (index >= LETTERS ** 2) throw new Error("More names in styles than two letters can give.");
  return String.fromCharCode(A + Math.floor(index / LETTERS), A + (index % LETTERS));
}
const LETTERS = 26;
const A = "a".charCodeAt(0);

function publicFiles(folder: string): readonly (readonly [name: string, PageFile])[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const fileName = relative(folder, path).replaceAll(sep, "/");
    return [fileName, pageFile(fileName, readFileSync(path))];
  });
}

function pageFile(name: string, source: string | Uint8Array): PageFile {
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (type === undefined) throw new Error(`${name}: a page has no files of this kind.`);
  const encoding = type === "image/png" ? "base64" : "utf8";
  return { type, encoding, body: typeof source === "string" ? source : Buffer.from(source).toString(encoding) };
}

/** The name of a class stands where it is used, and there is no table of them in the program. */
const inlined: Plugin = {
  name: "inlined",
  enforce: "pre",
  transform: {
    filter: { code: "import styles from" },
    handler: (code) => ({ code: code.replace("import styles from", "import * as styles from"), map: null }),
  },
};

/** Of a file of styles of which the program then has nothing, the styles stay. */
const styled: Plugin = {
  name: "styled",
  enforce: "post",
  transform: { filter: { id: /\.module\.css$/ }, handler: (code) => ({ code, map: null, moduleSideEffects: "no-treeshake" }) },
};

/**
 * Nothing happens when these are made. Bundlers can't know that, and would keep zod, and what only Node has, for the sake of functions
 * that a page never calls.
 */
const unused: Plugin = {
  name: "unused",
  transform: {
    filter: { code: /[=:] (?:z\.(?:lazy|custom)|new AsyncLocalStorage)\(/ },
    handler: (code) => ({
      code: code.replace(/(?<=[=:] )(?=(?:z\.(?:lazy|custom)|new AsyncLocalStorage)\()/g, "/* @__PURE__ */ "),
      map: null,
    }),
  },
};
