import type { JsonObject } from "@countersign/core";
import { visible, visibleJson, type Shapes } from "@countersign/review";
import { isObject } from "./schema.ts";

/** Where comments are broken. */
const WIDTH = 100;
/** More are counted. */
const VALUES = 30;

interface Field {
  readonly name: string;
  /** Then its kind is seen. */
  readonly isThere: boolean;
  readonly isOptional: boolean;
}

/** What a schema says of a field: its description, then what may stand there. A line each, without the `#`. */
export function fieldComment(shapes: Shapes, { name, isThere, isOptional }: Field): readonly string[] {
  const told = shapes.flatMap(({ title, description }) => [title === name ? undefined : title, description]);
  const texts = told.filter((text): text is string => typeof text === "string" && text.trim() !== "");
  const kinds = [...new Set(shapes.flatMap(kindsOf))];
  const kind = isThere && kinds.length === 1 && SEEN.has(kinds[0] ?? "") ? "" : kinds.join(" or ");
  const facts = [kind, ...new Set(shapes.flatMap(factsOf)), isOptional ? "optional" : ""].filter((fact) => fact !== "");
  return [...new Set(texts), facts.join("; ")].flatMap((text) => text.split("\n").flatMap((line) => wrapped(visible(line.trim()))));
}

function factsOf(schema: JsonObject): readonly string[] {
  const { format, pattern, multipleOf, uniqueItems, deprecated } = schema;
  const facts = [
    allowed(schema),
    range(schema),
    typeof multipleOf === "number" && `in steps of ${multipleOf}`,
    counted(schema, "Length", "character"),
    typeof format === "string" && `as in ${format}`,
    typeof format !== "string" && typeof pattern === "string" && pattern.length <= WIDTH && `like /${pattern}/`,
    counted(schema, "Items", "entry"),
    uniqueItems === true && "each once",
    "default" in schema && `default ${json(schema["default"])}`,
    deprecated === true && "deprecated",
  ];
  return facts.filter((fact): fact is string => typeof fact === "string");
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  array: "list",
  object: "map",
  null: "null",
};

/** Whoever sees a value of these kinds knows what it is. */
const SEEN: ReadonlySet<string> = new Set([TYPES["string"], TYPES["array"], TYPES["object"]].map(String));

/** Allowed values say it better. */
function kindsOf({ enum: values, const: only, type }: JsonObject): readonly string[] {
  if (only !== undefined || Array.isArray(values)) return [];
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.map((each) => TYPES[String(each)]).filter((word) => word !== undefined);
}

function allowed({ enum: values, const: only }: JsonObject): string | undefined {
  if (only !== undefined) return `always ${json(only)}`;
  if (!Array.isArray(values)) return undefined;
  const more = values.length > VALUES ? ` and ${values.length - VALUES} more` : "";
  return `one of ${values.slice(0, VALUES).map(json).join(", ")}${more}`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): string | undefined {
  const low = limit(minimum);
  const high = limit(maximum);
  if (low !== undefined && high !== undefined) return `from ${low} to ${high}`;
  const words = [
    low !== undefined && `at least ${low}`,
    limit(exclusiveMinimum) !== undefined && `more than ${limit(exclusiveMinimum)}`,
    high !== undefined && `at most ${high}`,
    limit(exclusiveMaximum) !== undefined && `less than ${limit(exclusiveMaximum)}`,
  ].filter((word) => word !== false);
  return words.length > 0 ? words.join(", ") : undefined;
}

/** Schemas of whole numbers have the limits of JavaScript, which tell nobody anything. */
function limit(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

function counted(schema: JsonObject, what: "Length" | "Items", unit: "character" | "entry"): string | undefined {
  const low = limit(schema[`min${what}`]);
  const high = limit(schema[`max${what}`]);
  const units = (count: number): string => (count === 1 ? unit : unit === "entry" ? "entries" : "characters");
  if (low !== undefined && high !== undefined) return low === high ? `${low} ${units(low)}` : `${low} to ${high} ${units(high)}`;
  if (high !== undefined) return `at most ${high} ${units(high)}`;
  return low === undefined || low === 0 ? undefined : `at least ${low} ${units(low)}`;
}

function json(value: unknown): string {
  const text = visibleJson(value, 0);
  return text.length <= WIDTH ? text : isObject(value) || Array.isArray(value) ? "a longer value" : `${text.slice(0, WIDTH)}…`;
}

/** At blanks. */
function wrapped(line: string): readonly string[] {
  if (line === "") return [];
  return line.match(/.{1,98}(?:\s+|$)|\S+\s*/gu)?.map((part) => part.trimEnd()) ?? [line];
}
