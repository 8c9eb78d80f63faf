import type { ArgsPath, JsonObject } from "@countersign/core";
import { pathText, visible } from "@countersign/review";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node, type Scalar } from "yaml";
import type { Mistake } from "./notes.ts";
import { numberFlaw } from "./number.ts";
import { yamlWords } from "./yaml-words.ts";

/** What somebody wrote: arguments whose places are known, mistakes, or nothing. */
export type Read =
  | { readonly type: "args"; readonly args: JsonObject; readonly mistake: (path: ArgsPath, message: string) => Mistake }
  | { readonly type: "mistakes"; readonly mistakes: readonly Mistake[] }
  | { readonly type: "nothing" };

/** Reads YAML 1.2 of the core schema, and so JSON. What could mean two things is a mistake: anchors, tags, a key twice. */
export function readDraft(text: string, { proto = false }: { readonly proto?: boolean } = {}): Read {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(lines.linePos(Math.min(offset, text.length)).line, 1);
  const failed = (offset: number, message: string): Read => ({
    type: "mistakes",
    mistakes: [{ line: lineAt(offset), path: "", message: visible(message) }],
  });

  const bare = /\r(?!\n)/.exec(text);
  if (bare) return failed(bare.index, "A carriage return stands here without a line break. Write \\r in double quotes.");
  let documents: readonly Document[];
  try {
    const options = { version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false, merge: false, lineCounter: lines } as const;
    documents = [...parseAllDocuments(text, options)];
  } catch (error) {
    if (error instanceof RangeError) return failed(0, "This is nested too deeply to be read.");
    throw error;
  }
  const [document, second] = documents;
  if (!document) return { type: "nothing" };
  const [error] = [...document.errors, ...document.warnings];
  if (error) return failed(error.pos[0], yamlWords(error, text));
  const { yaml, tags } = document.directives ?? {};
  if (yaml?.explicit === true || Object.keys(tags ?? {}).length > 1)
    return failed(0, "A line that begins with % changes what YAML means. Take it out.");
  if (second) return failed(second.range?.[0] ?? 0, "A line with --- or ... begins another document. Write one only.");
  if (document.contents === null || isEmpty(document.contents)) return { type: "nothing" };
  const walk = new Walk(lineAt, proto);
  const args = walk.value(document.contents, []);
  if (walk.mistakes.length > 0) return { type: "mistakes", mistakes: walk.mistakes };
  if (typeof args !== "object" || args === null || Array.isArray(args))
    return failed(document.contents.range?.[0] ?? 0, "The arguments must be a map: a line such as `amount: 4000` for each.");
  return { type: "args", args: args as JsonObject, mistake: (path, message) => walk.mistake(path, message) };
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && node.source === "";
}

/** Makes a value of the nodes, and remembers where each stands. */
class Walk {
  readonly mistakes: Mistake[] = [];
  readonly #lines = new Map<string, number>();
  readonly #lineAt: (offset: number) => number;
  readonly #proto: boolean;

  constructor(lineAt: (offset: number) => number, proto: boolean) {
    this.#lineAt = lineAt;
    this.#proto = proto;
  }

  /** At the value, or at what it should be in. */
  mistake(path: ArgsPath, message: string): Mistake {
    let line: number | undefined;
    for (let length = path.length; line === undefined && length >= 0; length--)
      line = this.#lines.get(JSON.stringify(path.slice(0, length)));
    return { line: line ?? 1, path: pathOf(path), message: visible(message) };
  }

  value(node: unknown, path: ArgsPath): unknown {
    this.#place(node, path);
    if (isAlias(node)) return this.#refuse(path, "`*` begins an alias of YAML's. Put a text that begins with * in quotes.");
    const { anchor, tag, range } = node as Node & { readonly anchor?: string };
    if (anchor !== undefined) return this.#refuse(path, "`&` begins an anchor of YAML's. Put a text that begins with & in quotes.");
    if (tag !== undefined) return this.#refuse(path, "`!` begins a tag of YAML's. Put a text that begins with ! in quotes.");
    if (isSeq(node)) return node.items.map((item, index) => this.value(item, [...path, index]));
    if (isMap(node)) return this.#map(node.items, path, range?.[0] ?? 0);
    return isScalar(node) ? this.#scalar(node, path) : null;
  }

  #place(node: unknown, path: ArgsPath): void {
    const place = JSON.stringify(path);
    const range = (node as Node | null)?.range;
    if (range && !this.#lines.has(place)) this.#lines.set(place, this.#lineAt(range[0]));
  }

  #refuse(path: ArgsPath, message: string): undefined {
    this.mistakes.push(this.mistake(path, message));
    return undefined;
  }

  #map(pairs: readonly { readonly key: unknown; readonly value: unknown }[], path: ArgsPath, offset: number): object {
    const members = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = keyOf(key);
      if (name === undefined) {
        this.mistakes.push({ line: this.#lineAt((key as Node | null)?.range?.[0] ?? offset), path: pathOf(path), message: KEY });
        continue;
      }
      const at = [...path, name];
      const isTwice = members.has(name);
      if (!isTwice) this.#place(key, at);
      const problem = isTwice ? "This key is here twice. Keep one of them." : this.#keyProblem(key as Scalar, name);
      if (problem !== undefined)
        this.mistakes.push({ ...this.mistake(at, problem), line: this.#lineAt((key as Node).range?.[0] ?? offset) });
      members.set(name, value === null ? null : this.value(value, at));
    }
    // Members of their own, whatever they are called.
    return Object.fromEntries(members);
  }

  #keyProblem(key: Scalar, name: string): string | undefined {
    if (key.anchor !== undefined || key.tag !== undefined) return KEY;
    if (name === "<<" && key.type === "PLAIN") return "`<<` would merge another map into this one. Write its members here.";
    return name === "__proto__" && !this.#proto ? "No argument can have this name." : undefined;
  }

  #scalar({ value, type, source = "" }: Scalar, path: ArgsPath): unknown {
    if (typeof value === "string" && !value.isWellFormed())
      return this.#refuse(path, "This text has half a character in it, which JSON can't keep. Write the whole character.");
    if (typeof value !== "number" || type !== "PLAIN") return value;
    if (!Number.isFinite(value) && !/\d/.test(source))
      return this.#refuse(path, `${source} is no number in JSON. Put it in quotes if it's a text.`);
    if (/^[-+]?0\d/.test(source))
      return this.#refuse(path, `${source} begins with a zero. Put it in quotes if it's a text, or leave the zero out.`);
    const flaw = numberFlaw(source);
    return flaw === undefined ? Number(source) : this.#refuse(path, flaw);
  }
}

/** Empty: the whole. */
function pathOf(path: ArgsPath): string {
  return path.length === 0 ? "" : pathText(path);
}

const KEY = "Write a plain text as the key, in quotes if it has signs in it.";

/** As it is written: `1` and `true` are keys of JSON too. */
function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = typeof key.value === "string" ? key.value : (key.source ?? "");
  return text === "" && key.type === "PLAIN" ? undefined : text;
}
