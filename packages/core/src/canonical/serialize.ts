import { fromBase64, toBase64 } from "./base64.ts";
import { isPlainObject, MAX_DEPTH } from "./json.ts";

/**
 * Values that JSON has no word for are written as an object of one key, `$` and the name of their kind:
 * `{ "$Date": "2026-11-29T09:00:00.000Z" }`, `{ "$Uint8Array": "iVBORw0=" }`. Whatever JSON can say stays as it is. An object
 * of one such key that isn't ours is written as `{ "$Object": … }`.
 *
 * MongoDB's Extended JSON (v2) writes values in the same way. A codec of our own in the place of superjson or devalue: those
 * keep a second tree beside the JSON, or flatten it, so that nobody can read what was stored.
 */
interface Kind {
  /** As JSON, but for the values in it. */
  readonly write: (value: never) => unknown;
  readonly read: (written: never) => unknown;
}

const TYPED_ARRAYS = {
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** By the name that `Object.prototype.toString` has for them, also for those of another realm. */
const KINDS: Readonly<Record<string, Kind>> = {
  Undefined: kind<undefined, null>(() => null, () => undefined), // prettier-ignore
  BigInt: kind<bigint, string>(String, BigInt),
  Number: kind<number, string>((number) => (Object.is(number, -0) ? "-0" : String(number)), Number),
  Date: kind<Date, string | null>((date) => date.toJSON(), (iso) => new Date(iso ?? NaN)), // prettier-ignore
  URL: kind<URL, string>(String, (address) => new URL(address)),
  Map: kind<Map<unknown, unknown>, [unknown, unknown][]>((map) => [...map], (entries) => new Map(entries)), // prettier-ignore
  Set: kind<Set<unknown>, unknown[]>((set) => [...set], (members) => new Set(members)), // prettier-ignore
  Buffer: kind<Uint8Array, string>(toBase64, bufferOf),
  ArrayBuffer: kind<ArrayBuffer, string>(
    (buffer) => toBase64(new Uint8Array(buffer)),
    (text) => fromBase64(text).buffer,
  ),
  ...Object.fromEntries(
    Object.entries(TYPED_ARRAYS).map(([name, Numbers]) => [
      name,
      kind<Uint8Array, string>(toBase64, (text) => new Numbers(fromBase64(text).buffer)),
    ]),
  ),
};
const OBJECT = "$Object";

function kindCalled(name: string): Kind | undefined {
  return Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
}

function kind<T, W>(write: (value: T) => W, read: (written: W) => unknown): Kind {
  return { write, read };
}

function nameOf(value: unknown): string {
  if (value instanceof Uint8Array && value.constructor.name === "Buffer") return "Buffer";
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function isJsonNumber(value: unknown): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** Node's own kind of bytes, where there is one. */
function bufferOf(text: string): Uint8Array {
  const bytes = fromBase64(text);
  const { Buffer: NodeBuffer } = globalThis as { readonly Buffer?: { from(bytes: ArrayBuffer): Uint8Array } };
  return NodeBuffer ? NodeBuffer.from(bytes.buffer) : bytes;
}

/** What became of a value. `path`: where something stands that can't be kept. */
export type Serialized = { readonly json: unknown } | { readonly path: readonly PropertyKey[] };

/**
 * A value as JSON, from which {@link deserialize} makes the value again. An object of a class can't be kept, unless `classes`
 * says that its JSON will do: what `toJSON` says, or its own members without functions.
 */
export function serialize(value: unknown, { classes = "refused" }: { readonly classes?: "as JSON" | "refused" } = {}): Serialized {
  const lenient = classes === "as JSON";
  const above: object[] = [];
  const path: PropertyKey[] = [];

  function written(part: unknown): unknown {
    if (typeof part === "string" || typeof part === "boolean" || part === null) return part;
    if (typeof part !== "object") return isJsonNumber(part) ? part : tagged(part);
    if (above.length >= MAX_DEPTH || above.includes(part)) throw new TypeError("no tree");
    above.push(part);
    const json = Array.isArray(part) ? Array.from(part, item) : isPlainObject(part) && !hasToJson(part) ? members(part) : tagged(part);
    above.pop();
    return json;
  }

  function tagged(part: unknown): unknown {
    const name = nameOf(part);
    const found = kindCalled(name);
    if (found) return { [`$${name}`]: written(found.write(part as never)) };
    if (!lenient || typeof part !== "object" || part === null) throw new TypeError("no value");
    return hasToJson(part) ? written(part.toJSON()) : members(part);
  }

  function members(object: object): object {
    const entries = Object.entries(object).filter(([, member]) => !isDropped(member));
    const json = Object.fromEntries(entries.map(([key, member]) => [key, at(key, member)]));
    return tagOf(json) === undefined ? json : { [OBJECT]: json };
  }

  function item(member: unknown, index: number): unknown {
    return isDropped(member) ? null : at(index, member);
  }

  function at(key: PropertyKey, member: unknown): unknown {
    path.push(key);
    const json = written(member);
    path.pop();
    return json;
  }

  /** As JSON drops them. */
  function isDropped(member: unknown): boolean {
    return lenient && (typeof member === "function" || typeof member === "symbol");
  }

  try {
    return { json: written(value) };
  } catch {
    // Here it stopped, also where a getter or a toJSON has thrown.
    return { path };
  }
}

/** What {@link serialize} made JSON of. */
export function deserialize(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(deserialize);
  const tag = tagOf(json);
  if (tag === undefined) return membersOf(json);
  const written = (json as Record<string, unknown>)[tag];
  if (tag === OBJECT) return membersOf(written as object);
  const found = kindCalled(tag.slice(1));
  return found ? found.read(deserialize(written) as never) : membersOf(json);
}

function membersOf(object: object): object {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, deserialize(member)]));
}

/** The key of an object that says what it stands for. */
function tagOf(object: object): string | undefined {
  const keys = Object.keys(object);
  return keys.length === 1 && keys[0]?.startsWith("$") ? keys[0] : undefined;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
