import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type Pair,
  type Range,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { LIMITS } from "../limits.ts";
import type { Problem } from "../problem.ts";
import { offsetIn } from "./offset.ts";
import { NOT_YAML, yamlWords } from "./yaml-words.ts";

export type Path = readonly (string | number)[];

/** A YAML (or JSON) text whose places are known. */
export interface Yaml {
  readonly value: unknown;
  /** Of a value, or of the deepest thing on the way to it that is there. `at` is an offset into the text that stands there. */
  problem(severity: Problem["severity"], message: string, path: Path, at?: number): Problem;
  /** Of the key itself. */
  keyProblem(severity: Problem["severity"], message: string, path: Path): Problem;
  readonly problems: readonly Problem[];
}

/** Never throws, whatever the text: what can't be read has problems and the value undefined. `name`: of an included file. */
export function readYaml(source: string, name?: string): Yaml {
  const lines = new LineCounter();
  const file = new Places(source, lines, name);
  const refuse = (message: string, offset = 0): Yaml => file.result(undefined, undefined, [file.at("error", message, [], offset)]);

  if (source.length > LIMITS.fileBytes) return refuse(`The file is larger than ${LIMITS.fileBytes / 1024} KB.`);
  const tokens = [...new Parser(lines.addNewLine).parse(source)];
  const excess = excessIn(tokens);
  if (excess) return refuse(excess.message, excess.offset);

  // Keys are compared below: the library's own comparison takes quadratic time.
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false, merge: false });
  const [document, second] = [...composer.compose(tokens, true, source.length)];
  if (!document) return refuse("The file is empty.");
  if (second) return refuse("A file holds one policy. A second one begins here: give it a file of its own.", second.range[0]);
  const wrong = [...document.errors, ...document.warnings].map((error) => file.at("error", wordsFor(error, source), [], error.pos[0]));
  // One mistake in YAML makes others of what follows.
  const [first] = wrong;
  const named = wrong.filter(({ message }) => !message.startsWith(NOT_YAML));
  const told = first && named[0] === first ? named.slice(0, first.message.includes("${") ? 1 : 3) : wrong.slice(0, 3);
  const found = told.length > 0 ? told : wrongNodes(document, file);
  if (found.length > 0) return file.result(document, undefined, found);
  try {
    return file.result(document, document.toJS({ maxAliasCount: LIMITS.anchors }), []);
  } catch (error) {
    return refuse(`The aliases can't be read: ${(error as Error).message}.`);
  }
}

function wordsFor(error: YAMLError, source: string): string {
  const begin = source.lastIndexOf("\n", error.pos[0] - 1) + 1;
  const [line = "", below = ""] = source.slice(begin, begin + LIMITS.textLength).split(/\r?\n/, 2);
  return yamlWords(error, line, below);
}

interface Excess {
  readonly message: string;
  readonly offset: number;
}

/** Looked for before anything is composed: the composer recurses, and runs out of stack or time on what is refused here. */
function excessIn(tokens: readonly CST.Token[]): Excess | undefined {
  let anchors = 0;
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > LIMITS.fileDepth) return { message: `Nested deeper than ${LIMITS.fileDepth} levels.`, offset: token.offset };
    if ("source" in token && token.source.length > LIMITS.textLength && token.type !== "comment" && token.type !== "space")
      return { message: `A text is longer than ${LIMITS.textLength} characters.`, offset: token.offset };
    if (token.type === "anchor" || token.type === "alias") anchors++;
    if (anchors > LIMITS.anchors) return { message: `More than ${LIMITS.anchors} anchors and aliases.`, offset: token.offset };
    for (const child of childrenOf(token)) open.push({ token: child, depth: depth + 1 });
  }
  return undefined;
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === "document") return [...token.start, ...(token.value ? [token.value] : [])];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ start, key, sep, value }) => [...start, ...(key ? [key] : []), ...(sep ?? []), ...(value ? [value] : [])]);
}

const MAP = "tag:yaml.org,2002:map";
const SEQ = "tag:yaml.org,2002:seq";

/** Keys that are there twice, or are no texts, maps and lists of another kind, and aliases of nothing. */
function wrongNodes(document: Document, file: Places): readonly Problem[] {
  const found: Problem[] = [];
  const visit = (node: unknown, path: Path): void => {
    if (isAlias(node) && !node.resolve(document))
      found.push(
        file.at(
          "error",
          `\`*\` begins a YAML alias, and nothing before it is named &${node.source}. Put a text that begins with \`*\` in quotes.`,
          path,
          node.range?.[0] ?? 0,
        ),
      );
    // A set or an ordered map of YAML has no members that anybody would find: its rules would be passed over.
    if ((isMap(node) || isSeq(node)) && node.tag !== undefined && node.tag !== (isMap(node) ? MAP : SEQ))
      found.push(file.at("error", "Leave the YAML tag out: write a plain map, or a plain list.", path, node.range?.[0] ?? 0));
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const text = keyText(key);
      const place = [...path, text];
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      if (!isScalar(key)) found.push(file.at("error", "Write a plain text as the key.", place, offset));
      else if (seen.has(text)) found.push(file.at("error", `${text} is here twice. Keep one of them.`, place, offset));
      seen.add(text);
      visit(value, place);
    }
  };
  visit(document.contents, []);
  return found;
}

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

class Places {
  readonly #source: string;
  readonly #lines: LineCounter;
  readonly #name: { readonly file?: string };

  constructor(source: string, lines: LineCounter, name: string | undefined) {
    this.#source = source;
    this.#lines = lines;
    this.#name = name === undefined ? {} : { file: name };
  }

  at(severity: Problem["severity"], message: string, path: Path, offset: number): Problem {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#source.length));
    return { severity, message, ...this.#name, line: Math.max(line, 1), column: Math.max(col, 1), path: path.join(".") || "policy" };
  }

  result(document: Document | undefined, value: unknown, problems: readonly Problem[]): Yaml {
    return {
      value,
      problems,
      problem: (severity, message, path, at) => this.at(severity, message, path, this.#offsetOf(document, path, at)),
      keyProblem: (severity, message, path) => {
        const parent = find(document, path.slice(0, -1));
        const pair = isMap(parent) ? pairOf(parent, String(path.at(-1))) : undefined;
        return this.at(severity, message, path, (pair?.key as Node | undefined)?.range?.[0] ?? this.#offsetOf(document, path));
      },
    };
  }

  #offsetOf(document: Document | undefined, path: Path, at?: number): number {
    for (let length = path.length; length >= 0; length--) {
      const node = find(document, path.slice(0, length));
      const range: Range | null | undefined = node?.range;
      if (!range) continue;
      return at !== undefined && length === path.length && isScalar(node) ? offsetIn(this.#source, node, at) : range[0];
    }
    return 0;
  }
}

/** A file may have many rules, and something to say of each: its keys are gone through once. */
const pairsOf = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** Of several equal keys the first. */
function pairOf(map: YAMLMap, key: string): Pair | undefined {
  const known = pairsOf.get(map) ?? new Map(map.items.toReversed().map((pair) => [keyText(pair.key), pair]));
  pairsOf.set(map, known);
  return known.get(key);
}

/** Aliases lead to where the value stands. */
function find(document: Document | undefined, path: Path): Node | undefined {
  let node: unknown = document?.contents;
  for (const key of path) {
    if (document && isAlias(node)) node = node.resolve(document);
    if (isMap(node)) node = pairOf(node, String(key))?.value;
    else node = isSeq(node) ? node.items[Number(key)] : undefined;
  }
  return (document && isAlias(node) ? node.resolve(document) : node) as Node | undefined;
}
