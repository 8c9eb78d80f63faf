import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** A place in a file as its author wrote it. `line` counts from 1. */
export interface Original {
  readonly file: string;
  readonly line: number;
  readonly text: readonly string[];
}

interface Mapped {
  readonly map: SourceMap;
  readonly payload: SourceMapPayload;
  readonly folder: string;
}

/**
 * What stands at this place of a stack trace. A package's JavaScript is bundled: its source map says which file the place
 * comes from, and has that file's text. Undefined: the file can't be read, or its map has no text.
 */
export function originalAt(file: string, line: number, column: number): Original | undefined {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  if (!existsSync(path)) return undefined;
  const code = readFileSync(path, "utf8");
  const mapped = mapOf(path, code);
  if (!mapped) return { file: path, line, text: code.split("\n") };
  const entry = mapped.map.findEntry(line - 1, column - 1);
  if (!("originalSource" in entry)) return undefined;
  const text = textOf(mapped, entry.originalSource);
  return text === undefined ? undefined : { file: entry.originalSource, line: entry.originalLine + 1, text: text.split("\n") };
}

const maps = new Map<string, Mapped | undefined>();

function mapOf(path: string, code: string): Mapped | undefined {
  if (!maps.has(path)) maps.set(path, readMap(path, code));
  return maps.get(path);
}

function readMap(path: string, code: string): Mapped | undefined {
  const [, name] = /^\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/m.exec(code) ?? [];
  const file = name === undefined ? undefined : resolve(dirname(path), name);
  if (file === undefined || !existsSync(file)) return undefined;
  try {
    const payload = JSON.parse(readFileSync(file, "utf8")) as SourceMapPayload;
    return { payload, map: new SourceMap(payload), folder: dirname(file) };
  } catch {
    // It is of somebody's dependency, and explains nothing then. The failure is told all the same.
    return undefined;
  }
}

/** From the map, or from the file itself where the map leaves it out. */
function textOf({ payload, folder }: Mapped, source: string): string | undefined {
  const content = (payload.sourcesContent as readonly (string | null)[] | undefined)?.[payload.sources.indexOf(source)];
  if (typeof content === "string") return content;
  const path = resolve(folder, payload.sourceRoot ?? "", source);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
