import { isObject, Typed, type JsonObject, type Path } from "./entered.ts";
import { parseJson } from "./parse-json.ts";
import { parseNumber } from "./parse-number.ts";

/** What is wrong with a value, and where it stands. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** The arguments that were entered, or what keeps them from being any. What nobody changed is the very same. */
export type Finished = { readonly args: JsonObject } | { readonly problems: readonly Problem[] };

export function finished(tree: unknown): Finished {
  const problems: Problem[] = [];
  const args = valueOf(tree, [], problems);
  if (problems.length === 0 && !isObject(args)) problems.push({ path: [], message: "The arguments are an object: { … }" });
  return problems.length > 0 ? { problems } : { args: args as JsonObject };
}

/** One value: as typed, it is read; what has something typed in it is copied. */
function valueOf(tree: unknown, path: Path, problems: Problem[]): unknown {
  if (tree instanceof Typed) {
    const read = readTyped(tree);
    if ("value" in read) return read.value;
    problems.push({ path, message: read.message });
    return tree;
  }
  if (Array.isArray(tree)) {
    const items = tree.map((item: unknown, index) => valueOf(item, [...path, index], problems));
    return items.some((item, index) => item !== tree[index]) ? items : tree;
  }
  if (!isObject(tree)) return tree;
  const members = Object.entries(tree).map(([key, member]) => [key, valueOf(member, [...path, key], problems)] as const);
  return members.some(([key, member]) => member !== tree[key]) ? Object.fromEntries(members) : tree;
}

export type Read = { readonly value: unknown } | { readonly message: string; readonly line?: number; readonly column?: number };

/** A long text is read once, whoever asks. */
const known = new WeakMap<Typed, Read>();

/** The value that was typed, or why it is none yet. */
export function readTyped(typed: Typed): Read {
  const read = known.get(typed) ?? readAnew(typed);
  known.set(typed, read);
  return read;
}

function readAnew({ kind, text }: Typed): Read {
  if (kind === "choice") return { message: "Choose one." };
  if (kind !== "json") return parseNumber(text, kind === "integer");
  const read = parseJson(text);
  return "value" in read ? read : { ...read, message: `Line ${read.line}, column ${read.column}: ${read.message}` };
}
