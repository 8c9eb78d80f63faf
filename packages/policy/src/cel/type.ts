/**
 * What a part of an expression may be: one of these, or `"any"` where nothing is known. No alternative at all: nothing can
 * be there (the elements of an empty list).
 */
export type Type = "any" | readonly Alternative[];

export type Alternative =
  /** `values`: the only texts that it can be. */
  | { readonly kind: "scalar"; readonly name: string; readonly values?: readonly string[] | undefined }
  | { readonly kind: "list"; readonly element: Type }
  /** `rest`: what other fields are; undefined: there are no others. `optional`: which of the named ones may be absent. */
  | {
      readonly kind: "map";
      readonly fields: ReadonlyMap<string, Type>;
      readonly rest: Type | undefined;
      readonly optional?: ReadonlySet<string> | undefined;
    };

const TIMESTAMP_NAME = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

const scalar = (name: string): Type => [{ kind: "scalar", name }];
export const BOOL: Type = scalar("bool");
export const INT: Type = scalar("int");
export const DOUBLE: Type = scalar("double");
export const STRING: Type = scalar("string");
export const NULL: Type = scalar("null_type");
export const TYPE: Type = scalar("type");
export const TIMESTAMP: Type = scalar(TIMESTAMP_NAME);
export const scalarType: (name: string) => Type = scalar;

export function oneOf(values: readonly string[]): Type {
  return [{ kind: "scalar", name: "string", values }];
}

export function listOf(element: Type): Type {
  return [{ kind: "list", element }];
}

export function mapOf(
  fields: Readonly<Record<string, Type>> | ReadonlyMap<string, Type>,
  rest?: Type,
  optional?: ReadonlySet<string>,
): Type {
  return [{ kind: "map", fields: fields instanceof Map ? fields : new Map(Object.entries(fields)), rest, optional }];
}

const jsonAlternatives: Alternative[] = [];
/** Any value of JSON: never an int. */
export const JSON_VALUE: Type = jsonAlternatives;
export const JSON_OBJECT: Type = mapOf({}, JSON_VALUE);
for (const type of [NULL, BOOL, DOUBLE, STRING, listOf(JSON_VALUE), JSON_OBJECT]) if (type !== "any") jsonAlternatives.push(...type);

/** What is one or the other. */
export function join(...types: readonly Type[]): Type {
  if (types.includes("any")) return "any";
  const joined: Alternative[] = [];
  for (const alternative of types.flatMap((type) => (type === "any" ? [] : type))) {
    if (joined.includes(alternative)) continue;
    const same = joined.findIndex((other) => alternative.kind === "scalar" && other.kind === "scalar" && other.name === alternative.name);
    const other = joined[same];
    if (alternative.kind !== "scalar" || other?.kind !== "scalar") joined.push(alternative);
    else joined[same] = { ...other, values: other.values && alternative.values && [...other.values, ...alternative.values] };
  }
  return joined;
}

const NUMBERS: ReadonlySet<string> = new Set(["int", "uint", "double"]);

/** Could a value of the one equal a value of the other? */
export function canEqual(a: Type, b: Type): boolean {
  if (a === "any" || b === "any") return true;
  if (a === b && a.length > 0) return true;
  return a.some((one) => b.some((other) => alternativesCanEqual(one, other)));
}

function alternativesCanEqual(a: Alternative, b: Alternative): boolean {
  if (a.kind === "list" && b.kind === "list") return isEmpty(a.element) || isEmpty(b.element) || canEqual(a.element, b.element);
  if (a.kind !== "scalar" || b.kind !== "scalar") return a.kind === b.kind;
  if (NUMBERS.has(a.name) && NUMBERS.has(b.name)) return true;
  return a.name === b.name && (!a.values || !b.values || a.values.some((value) => b.values?.includes(value)));
}

function isEmpty(type: Type): boolean {
  return type !== "any" && type.length === 0;
}

export function canBe(type: Type, name: string): boolean {
  return type === "any" || type.some((one) => one.kind === "scalar" && one.name === name);
}

export function isOnly(type: Type, kind: string): boolean {
  return type !== "any" && type.length > 0 && type.every((one) => one.kind === kind);
}

/** The texts that it is one of; undefined: it may be others. */
export function textsOf(type: Type): readonly string[] | undefined {
  return type !== "any" && type.length === 1 && type[0]?.kind === "scalar" ? type[0].values : undefined;
}

/** For people: `string or null`. */
export function show(type: Type): string {
  if (type === "any") return "anything";
  if (type === JSON_VALUE) return "any JSON value";
  if (isEmpty(type)) return "nothing";
  return [...new Set(type.map(showAlternative))].join(" or ");
}

function showAlternative(alternative: Alternative): string {
  if (alternative.kind === "list") return "a list";
  if (alternative.kind === "map") return "a map";
  const { name, values } = alternative;
  if (values) return values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return NAMES.get(name) ?? name;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["null_type", "null"],
  ["bool", "true or false"],
  ["string", "a text"],
  ["int", "an int"],
  ["double", "a number"],
  [TIMESTAMP_NAME, "a timestamp"],
  [DURATION, "a duration"],
]);

/** Why it can't be a condition; undefined: it can. */
export function notACondition(type: Type): string | undefined {
  return canBe(type, "bool") ? undefined : `A condition is true or false. This is ${show(type)}.`;
}

/** Why it can't stand in a text; undefined: it can. */
export function notPrintable(type: Type): string | undefined {
  if (["string", "double", "int", "uint", "bool"].some((name) => canBe(type, name))) return undefined;
  const hint = canBe(type, TIMESTAMP_NAME) || canBe(type, DURATION) ? " Write string(…) around it." : "";
  return `A text, a number, true or false can stand in a text. This is ${show(type)}.${hint}`;
}

const RISKS: readonly string[] = ["low", "medium", "high"];

/** Why it can't be a risk; undefined: it can. */
export function notARisk(type: Type): string | undefined {
  const isRight = canBe(type, "string") && (textsOf(type)?.every((text) => RISKS.includes(text)) ?? true);
  return isRight ? undefined : `A risk is "low", "medium" or "high". This is ${show(type)}.`;
}
