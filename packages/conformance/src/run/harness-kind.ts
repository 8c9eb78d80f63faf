import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AdapterHarness, NativeHarness, StoreHarness } from "../contract/harness.ts";
import { loadDefault } from "./load.ts";

/** What a harness module turned out to be. */
export type Subject = { readonly url: string } & (
  | { readonly kind: "adapter"; readonly harness: AdapterHarness }
  | { readonly kind: "native"; readonly harness: NativeHarness }
  | { readonly kind: "store"; readonly harness: StoreHarness }
);

/**
 * Loads a harness and says what it is a harness of.
 * @throws Error in plain words for a module that isn't there, doesn't load or exports something else
 */
export async function subjectAt(url: string): Promise<Subject> {
  const harness = await loadDefault<Record<string, unknown>>(url);
  const { open, framework, version, follows, capabilities, shared, durable } = harness;
  if (typeof open !== "function") throw new Error(`${url}: the harness has no open().`);
  if (typeof shared === "boolean" && typeof durable === "boolean") return { url, kind: "store", harness: harness as never };
  if (typeof framework !== "string" || typeof version !== "string" || typeof capabilities !== "object" || capabilities === null) {
    throw new Error(
      `${url}: an adapter's or native harness has framework, version and capabilities; a store's has shared and durable. See docs/write-an-adapter.md.`,
    );
  }
  return typeof follows === "string"
    ? { url, kind: "native", harness: harness as never }
    : { url, kind: "adapter", harness: harness as never };
}

/** A module as somebody names it on a command line or in a test. @throws Error if there is no such file */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href;
  if (/^(file|data|node):/.test(module)) return module;
  const path = resolve(module);
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  return pathToFileURL(path).href;
}
