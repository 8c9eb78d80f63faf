import { visible } from "@countersign/review";
import { isObject, Typed } from "./entered.ts";
import { fit, isDate } from "./fits.ts";
import { MASK } from "./mask.ts";
import { isScalar, optionsOf, resolved, textOf, typeOf, waysOf, type Schema } from "./schema.ts";

/** How a value is entered. `json`: the schema leaves open what it is, or says what no form can. */
export type Control = "text" | "date" | "number" | "boolean" | "choice" | "fixed" | "list" | "group" | "null" | "mask" | "json";

/** What a form shows of one value. Texts are safe to draw. */
export interface Field {
  readonly control: Control;
  /** Of the way that is chosen, with all that holds for it. */
  readonly schema: Schema;
  readonly title: string | undefined;
  readonly help: string | undefined;
  readonly isNullable: boolean;
  /** Ways to choose between: several, or none. */
  readonly ways: readonly Way[];
  /** Which of them it is. -1: none of them. */
  readonly way: number;
}

export interface Way {
  readonly label: string;
  readonly schema: Schema;
}

/** Deeper parts are entered as JSON. */
const DEEPEST = 8;

/** @param chosen the way that somebody chose: it counts as long as the value fits it at all */
export function fieldOf(given: unknown, value: unknown, root: unknown, { depth = 0, chosen = -1 } = {}): Field {
  const schema = resolved(given, root);
  const all = waysOf(schema, root);
  const ways = all.length > 1 ? all.filter((way) => !isNull(way)) : all;
  const way = chosenWay(ways, value, root, chosen);
  const own = ways[way] ?? (ways.length === 1 ? ways[0] : undefined) ?? schema;
  const title = textOf(schema, "title") ?? (ways.length === 1 ? textOf(own, "title") : undefined);
  const help = textOf(schema, "description") ?? textOf(own, "description");
  return {
    control: controlOf(own, value, way, depth),
    schema: own,
    title: title === undefined ? undefined : visible(title),
    help: help === undefined ? undefined : visible(help),
    isNullable: ways.length < all.length,
    ways: ways.length > 1 ? ways.map((each) => ({ label: labelOf(each, schema, root), schema: each })) : [],
    way,
  };
}

function chosenWay(ways: readonly Schema[], value: unknown, root: unknown, chosen: number): number {
  const fits = ways.map((way) => fit(way, value, root) ?? -Infinity);
  if ((fits[chosen] ?? -Infinity) > -Infinity) return chosen;
  const best = Math.max(...fits);
  return best === -Infinity ? -1 : fits.indexOf(best);
}

function controlOf(schema: Schema, value: unknown, way: number, depth: number): Control {
  if (value === MASK) return "mask";
  if (value instanceof Typed) return typedControl(schema, value);
  if (value === null && !("const" in schema) && !optionsOf(schema)?.includes(null)) return "null";
  const options = optionsOf(schema);
  if (options && isScalar(value)) return "choice";
  if (way === -1) return "json";
  if ("const" in schema) return "fixed";
  switch (typeOf(schema)) {
    case "string":
      return textOf(schema, "format") === "date" && (value === "" || isDate(value)) ? "date" : "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return depth < DEEPEST ? "list" : "json";
    case "object":
      return depth < DEEPEST ? "group" : "json";
    default:
      return "json";
  }
}

function typedControl(schema: Schema, { kind }: Typed): Control {
  if (kind === "json") return "json";
  if (kind !== "choice") return "number";
  return optionsOf(schema) ? "choice" : "boolean";
}

function isNull(schema: Schema): boolean {
  return schema["type"] === "null" || schema["const"] === null;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "Text",
  number: "Number",
  integer: "Whole number",
  boolean: "Yes or no",
  array: "List",
  object: "Group",
};
const FORMATS: Readonly<Record<string, string>> = {
  date: "Date",
  "date-time": "Date and time",
  email: "Email address",
  uri: "Link",
  uuid: "UUID",
};

function labelOf(way: Schema, whole: Schema, root: unknown): string {
  const title = textOf(way, "title");
  if (title !== undefined && title !== textOf(whole, "title")) return visible(title);
  const told = Object.values(isObject(way["properties"]) ? way["properties"] : {})
    .map((member) => resolved(member, root)["const"])
    .find((only) => typeof only === "string");
  if (typeof told === "string") return visible(told);
  const kind = FORMATS[textOf(way, "format") ?? ""] ?? KINDS[typeOf(way) ?? ""] ?? "Anything, as JSON";
  return "const" in way ? visible(JSON.stringify(way["const"])) : kind;
}
