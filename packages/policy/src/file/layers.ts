import { dirname, isAbsolute, join, resolve } from "node:path";
import { realpathSync } from "node:fs";
import { LIMITS } from "../limits.ts";
import type { Problem } from "../problem.ts";
import { readDocument, type ReadDocument } from "./document.ts";
import type { FoundFile } from "./text-file.ts";
import { readYaml, type Yaml } from "./yaml.ts";

/** Reads a file by its absolute path. */
export type ReadFile = (path: string) => FoundFile;

/** A file of a policy, as it is written. */
export interface Layer {
  readonly yaml: Yaml;
  readonly source: string;
  /** Undefined: the first one. */
  readonly file: string | undefined;
  readonly read: ReadDocument | undefined;
  readonly included: readonly Layer[];
  /** Of its text, and of what it includes. */
  readonly problems: readonly Problem[];
}

/** A policy's file and those that it includes. `path`: of the file, as people know it. */
export function readLayers(source: string, path: string | undefined, readFile: ReadFile): Layer {
  return new Including(path, readFile).layer(source, {
    file: undefined,
    path,
    real: path === undefined ? undefined : realPath(path),
    above: [],
  });
}

/** The layer, and then those that it includes: the order in which core has them. */
export function flat(layer: Layer): readonly Layer[] {
  return [layer, ...layer.included.flatMap(flat)];
}

/** A file that is being read. */
interface Place {
  /** Its name in problems; undefined: the first one. */
  readonly file: string | undefined;
  readonly path: string | undefined;
  readonly real: string | undefined;
  /** The files on the way to it, the first one first. */
  readonly above: readonly string[];
}

class Including {
  readonly #first: string;
  readonly #readFile: ReadFile;
  /** Where each file was included. */
  readonly #seen = new Map<string, string>();

  constructor(first: string | undefined, readFile: ReadFile) {
    this.#first = first ?? "the first file";
    this.#readFile = readFile;
  }

  layer(source: string, place: Place): Layer {
    const yaml = readYaml(source, place.file);
    const result = { yaml, source, file: place.file };
    if (yaml.problems.length > 0) return { ...result, read: undefined, included: [], problems: yaml.problems };
    const { read, problems } = readDocument(yaml);
    const found = (read?.document.include ?? []).map((name, index) => this.#include(yaml, name, index, place));
    const included = found.flatMap(({ layer }) => layer ?? []);
    return { ...result, read, included, problems: [...problems, ...found.flatMap(({ problem }) => problem ?? [])] };
  }

  #include(yaml: Yaml, name: string, index: number, from: Place): { readonly layer?: Layer; readonly problem?: Problem } {
    const at = ["include", index];
    const refused = (message: string): { readonly problem: Problem } => ({ problem: yaml.problem("error", message, at) });
    if (from.path === undefined)
      return refused("An included file is found from where this one is. Say where that is: loadPolicy(text, { path }).");
    const path = isAbsolute(name) ? name : join(dirname(from.path), name);
    const real = realPath(path);
    const { line, column } = yaml.problem("error", "", at);
    const here = `${from.file ?? this.#first}:${line}:${column}`;
    const above = [...from.above, from.real ?? ""];
    if (above.includes(real))
      return refused(
        `${path} includes this file${from.real === real ? "" : ` (${this.#way(above, real)})`}: a file can't include itself. Leave it out here.`,
      );
    const before = this.#seen.get(real);
    if (before !== undefined) return refused(`${path} is included twice: here, and at ${before}. Leave one of them out.`);
    this.#seen.set(real, here);
    if (above.length > LIMITS.includeDepth) return refused(`Files include one another more than ${LIMITS.includeDepth} deep.`);
    if (this.#seen.size >= LIMITS.files) return refused(`A policy is made of at most ${LIMITS.files} files.`);
    const { text, problem } = this.#readFile(resolve(path));
    if (text === undefined) return refused(`${path} can't be included. ${problem}`);
    return { layer: this.layer(text, { file: path, path, real, above }) };
  }

  /** Where each file on a circle includes the next one. */
  #way(above: readonly string[], real: string): string {
    return above
      .slice(above.indexOf(real) + 1)
      .map((file) => this.#seen.get(file) ?? "")
      .join(", ");
  }
}

/** The same for all names of a file. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return absolute;
  }
}
