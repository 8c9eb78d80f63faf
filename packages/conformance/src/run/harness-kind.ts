import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { didYouMean } from "@countersign/core/policy";
import { CAPABILITIES, type AdapterHarness, type NativeHarness, type StoreHarness } from "../contract/harness.ts";
import { loadDefault, nameOf } from "./load.ts";

/** What a harness module turned out to be. */
export type Subject = { readonly url: string } & (
  | { readonly kind: "adapter"; readonly harness: AdapterHarness }
  | { readonly kind: "native"; readonly harness: NativeHarness }
  | { readonly kind: "store"; readonly harness: StoreHarness }
);

type Members = Readonly<Record<string, unknown>>;

/** What each kind of harness needs, by what its members are. */
const OF_ADAPTERS = { framework: "string", version: "string", capabilities: "object", open: "function" } as const;
const OF_STORES = { durable: "boolean", shared: "boolean", open: "function" } as const;

/**
 * Loads a harness and says what it is a harness of.
 * @throws Error in plain words for a module that isn't there, doesn't load or exports something else
 */
export async function subjectAt(url: string): Promise<Subject> {
  const harness = await loadDefault<Members>(url);
  const [ofStores, ofAdapters] = [faults(harness, OF_STORES), faults(harness, OF_ADAPTERS)];
  if (ofStores.length === 0) return { url, kind: "store", harness: harness as never };
  if (ofAdapters.length > 0) throw new Error(`${nameOf(url)} is no harness. ${whatIsMissing(harness, ofAdapters, ofStores)}`);
  const wrong = wrongCapabilities(harness["capabilities"] as Members);
  if (wrong.length > 0) throw new Error(`${nameOf(url)}: ${wrong.join(" ")}`);
  const kind = typeof harness["follows"] === "string" ? "native" : "adapter";
  return { url, kind, harness: harness as never };
}

/** The harness of a store that adapters are to run on. @throws Error in plain words for anything else */
export async function storeUrl(module: string | URL): Promise<string> {
  const url = moduleUrl(module);
  const { kind } = await subjectAt(url);
  if (kind === "store") return url;
  throw new Error(`${nameOf(url)} is the harness of an adapter. The option \`store\` names a store's.`);
}

/** A module as somebody names it on a command line or in a test. @throws Error if there is no such file */
export function moduleUrl(module: string | URL): string {
  const url = String(module);
  if (/^(data|node):/.test(url)) return url;
  const path = url.startsWith("file:") ? fileURLToPath(url) : resolve(url);
  if (!existsSync(path)) throw new Error(`There is no file ${path}.${besides(path)}`);
  return url.startsWith("file:") ? url : pathToFileURL(path).href;
}

/** What is in the folder that somebody may have meant. */
function besides(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return ` There is no folder ${folder} either.`;
  const files = readdirSync(folder);
  const near = didYouMean(basename(path), files);
  if (near !== "") return near;
  const harnesses = files.filter((file) => /\.harness\.[cm]?[jt]s$/.test(file));
  return harnesses.length > 0 ? ` There is ${harnesses.slice(0, 3).map((file) => join(folder, file)).join(", ")}.` : ""; // prettier-ignore
}

/** Which members are missing, or are something else. */
function faults(harness: Members, wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([name, type]) => {
    const value = harness[name];
    if (typeof value === type && value !== null) return [];
    return [value === undefined ? `\`${name}\` is missing` : `\`${name}\` must be a ${type}`];
  });
}

function whatIsMissing(harness: Members, ofAdapters: readonly string[], ofStores: readonly string[]): string {
  const isStore = "durable" in harness || "shared" in harness;
  const isAdapter = ["framework", "version", "capabilities"].some((name) => name in harness);
  if (isAdapter && !isStore)
    return `Of an adapter's harness: ${ofAdapters.join(", ")}. See node_modules/@countersign/core/docs/write-an-adapter.md.`;
  if (isStore && !isAdapter)
    return `Of a store's harness: ${ofStores.join(", ")}. See node_modules/@countersign/core/docs/write-a-store.md.`;
  return "An adapter's harness has framework, version, capabilities and open(); a store's has durable, shared and open().";
}

/** A capability that nobody asks for is never tried, and looks as if it were. */
function wrongCapabilities(capabilities: Members): readonly string[] {
  return Object.entries(capabilities).flatMap(([name, value]) => {
    if (!(CAPABILITIES as readonly string[]).includes(name)) {
      return [`There is no capability \`${name}\`.${didYouMean(name, CAPABILITIES).replace(/mean (.+)\?$/, "mean `$1`?")}`];
    }
    if (value === undefined || typeof value === "boolean") return [];
    return [`The capability \`${name}\` is true or false, not ${JSON.stringify(value)}.`];
  });
}
