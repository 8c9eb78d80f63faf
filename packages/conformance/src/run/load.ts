import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { packageAround } from "./package-around.ts";

/** Modules load in a second or two. One that takes longer waits for something. */
const PATIENCE_MS = 60_000;

/**
 * The default export of a harness module.
 * @throws Error in plain words, for somebody who is writing their first harness
 */
export async function loadDefault<T>(url: string): Promise<T> {
  const module = await patiently(url, import(/* @vite-ignore */ url) as Promise<object>).catch((error: unknown) => {
    throw error instanceof HarnessError
      ? error
      : new HarnessError(`${nameOf(url)} doesn't load: ${told(error)}${remedy(error, url)}`, error);
  });
  const found = (module as { readonly default?: unknown }).default;
  if (typeof found === "object" && found !== null) return found as T;
  const names = Object.keys(module);
  const instead = names.length > 0 ? ` It exports ${names.join(", ")}.` : "";
  throw new HarnessError(`${nameOf(url)} has no default export.${instead} A harness module exports its harness as the default.`);
}

/** What a harness did wrong, beside what its adapter or store did. */
export class HarnessError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "HarnessError";
  }
}

/** Calls a method of the harness: what it throws says where it comes from. @throws HarnessError */
export async function byHarness<T>(url: string, method: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new HarnessError(`${method}() of ${nameOf(url)} threw ${told(error)}`, error);
  }
}

/** As people name it: a path, where it is a file. */
export function nameOf(url: string): string {
  if (url.startsWith("file:")) return fileURLToPath(url);
  return url.length > 80 ? `${url.slice(0, 80)}…` : url;
}

async function patiently<T>(url: string, loading: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const message = `${nameOf(url)} has not loaded within ${PATIENCE_MS / 1_000} s. A top-level await in it, or in what it imports, waits for something that doesn't come.`;
  const timer = setTimeout(() => reject(new HarnessError(message)), PATIENCE_MS);
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** With the place where it was thrown, if that is a file of somebody's. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, place] =
    /(?:\(|\bat )(file:\/\/\/[^\s()]+:\d+):\d+/.exec(error.stack ?? "") ?? /^(file:\/\/\/\S+:\d+)$/m.exec(error.stack ?? "") ?? [];
  const ofAnAuthor = place !== undefined && !/\/node_modules\/|\/conformance\/(dist|src)\//.test(place);
  return `${error.name}: ${error.message}${ofAnAuthor ? ` (${place})` : ""}`;
}

/** What to do about the errors that Node itself has for modules. */
function remedy(error: unknown, harness: string): string {
  const { code, url } = error as { readonly code?: unknown; readonly url?: unknown };
  switch (code) {
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return `. This Node (${process.versions.node}) reads TypeScript only with NODE_OPTIONS=--experimental-strip-types. Set it, take a newer Node, or name a .js file.`;
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return ". Node only strips types: enums, namespaces and parameter properties need a compiler. Compile the module and name the .js file.";
    case "ERR_MODULE_NOT_FOUND":
      return withoutExtension(url)
        ? ". Imports of files need their extension, such as ./adapter.ts."
        : ". Install the package, or mend the import.";
    default:
      return error instanceof SyntaxError ? (asCommonJs(error, harness) ?? `. \`node --check ${nameOf(harness)}\` shows the line.`) : "";
  }
}

/** Imports and exports are fine, and Node was told to read the file as something that has none. */
function asCommonJs({ message, stack }: SyntaxError, harness: string): string | undefined {
  if (!/outside a module|Unexpected token 'export'|await is only valid/.test(message)) return undefined;
  // Node names the file that it could not read above the message: the harness, or what it imports.
  const file = /^(.+):\d+$/m.exec(stack ?? "")?.[1] ?? nameOf(harness);
  const extension = /\.[jt]s$/.exec(file)?.[0];
  if (extension === undefined || packageAround(file)?.["type"] !== "commonjs") return undefined;
  const whose = file === nameOf(harness) ? "Its package.json" : `The package.json of ${file}`;
  return `. ${whose} says that it is CommonJS. Run \`npm pkg set type=module\`, or name it ${extension.replace(".", ".m")}.`;
}

/** Is there such a file, but for its extension? */
function withoutExtension(url: unknown): boolean {
  if (typeof url !== "string" || !url.startsWith("file:")) return false;
  const path = fileURLToPath(url);
  return [".ts", ".js", ".mts", ".mjs"].some((extension) => existsSync(path + extension) || existsSync(path.replace(/\.js$/, extension)));
}
