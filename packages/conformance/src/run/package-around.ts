import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package.json that this file belongs to. Undefined: there is none. */
export function packageAround(file: string): Readonly<Record<string, unknown>> | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, unknown>>;
    if (folder === dirname(folder)) return undefined;
  }
}
