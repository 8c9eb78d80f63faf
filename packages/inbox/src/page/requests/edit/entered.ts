/** Where a value stands in the arguments. */
export type Path = readonly (string | number)[];

/** What was typed in the place of a value: its text stays as it was typed, whether it is a value by now or not. */
export class Typed {
  readonly kind: "number" | "integer" | "json" | "choice";
  readonly text: string;

  constructor(kind: Typed["kind"], text: string) {
    this.kind = kind;
    this.text = text;
  }
}

/** Where there is no value. */
export const ABSENT: unique symbol = Symbol("absent");

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Typed);
}

/** What stands there, or {@link ABSENT}. Only what is its own counts: a name may be `constructor`. */
export function valueAt(tree: unknown, path: Path): unknown {
  let at = tree;
  for (const key of path) {
    if ((!isObject(at) && !Array.isArray(at)) || !Object.hasOwn(at, key)) return ABSENT;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at;
}

/** The same with another value there; `ABSENT` takes the member away. What is on the way stays what it is. */
export function withValue(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(tree)) return tree.map((item: unknown, index) => (index === key ? withValue(item, rest, value) : item));
  if (!isObject(tree)) return tree;
  const name = String(key);
  const member = withValue(Object.hasOwn(tree, name) ? tree[name] : ABSENT, rest, value);
  if (member === ABSENT) return withoutMember(tree, name);
  if (!Object.hasOwn(tree, name)) return objectOf([...Object.entries(tree), [name, member]]);
  return objectOf(Object.entries(tree).map(([each, own]) => [each, each === name ? member : own]));
}

function withoutMember(tree: JsonObject, name: string): JsonObject {
  return objectOf(Object.entries(tree).filter(([each]) => each !== name));
}

/** Members become its own whatever they are called: an assignment to `__proto__` would not. */
function objectOf(members: readonly (readonly [string, unknown])[]): JsonObject {
  return Object.fromEntries(members);
}

/** Are they the same JSON, in whatever order their members come? */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Typed || b instanceof Typed) return a instanceof Typed && b instanceof Typed && a.kind === b.kind && a.text === b.text;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}
