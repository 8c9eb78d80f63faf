/** Loaded by child processes with --import: modules that the run has bundled are loaded from their bundle. @module */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Replacements } from "./bundle.ts";

const file = new URL(import.meta.url).searchParams.get("replacements") ?? "";
const replacements = JSON.parse(readFileSync(file, "utf8")) as Replacements;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const url = replacements[found.url];
    return url === undefined ? found : { ...found, url, format: "module" };
  },
});
