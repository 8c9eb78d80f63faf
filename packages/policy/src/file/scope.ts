import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import { addressed, jsonSchemaOf, ruleName, type RuleName } from "@countersign/core/policy";
import { masked } from "../cel/masked.ts";
import type { Scope } from "../cel/infer.ts";
import { typeOfSchema, typeOfValue } from "../cel/schema-type.ts";
import { join, JSON_OBJECT, JSON_VALUE, listOf, mapOf, NULL, oneOf, STRING, TIMESTAMP, type Type } from "../cel/type.ts";

/** Every tool that a file is for, by its name or `namespace/name`; undefined: its arguments have no schema. */
export type ToolSchemas = Readonly<Record<string, StandardSchemaV1 | undefined>>;

/** Does a rule of this name speak of that tool? One without a namespace speaks of every namespace. */
export function speaksOf(name: RuleName, address: string): boolean {
  return name.matches(address) || (!name.text.includes("/") && name.matches(addressed(address).tool));
}

/** The same of a rule's name as it is written. */
export function names(rule: string, address: string): boolean {
  return speaksOf(ruleName(rule), address);
}

/** The schema that the rule's conditions are given parsed arguments by. Rules with wildcards see the model's own JSON. */
export function schemaOf(tools: ToolSchemas | undefined, rule: string): StandardSchemaV1 | undefined {
  return tools && Object.hasOwn(tools, rule) ? tools[rule] : undefined;
}

/**
 * What `args` may be in a rule's conditions: one type for each tool that it speaks of. Never empty. `side`: as the model wrote
 * them, or as the schema of a tool that the rule names gives them.
 */
export function argumentTypes(tools: ToolSchemas | undefined, rule: string, side: "input" | "output" = "output"): readonly Type[] {
  const schema = schemaOf(tools, rule);
  if (schema) return [typeOf(schema, side)];
  const spokenOf = Object.keys(tools ?? {}).filter((address) => names(rule, address));
  return orAny(spokenOf.map((address) => typeOf(tools?.[address], "input")));
}

/** The same for whatever people read: with masks it sees what the model wrote, masked; without, what conditions see. */
export function shownTypes(tools: ToolSchemas | undefined, rule: string, redact: readonly string[] = []): readonly Type[] {
  if (redact.length === 0) return argumentTypes(tools, rule);
  const paths = redact.map((path) => path.split(".").slice(1));
  return argumentTypes(tools, rule, "input").map((type) => paths.reduce(masked, type));
}

/** The same for a guard rail: it sees what the tool's rule sees. */
export function railTypes(tools: ToolSchemas | undefined, of: readonly string[] | undefined, isParsed: IsParsed): readonly Type[] {
  const patterns = of?.map(ruleName);
  const spokenOf = Object.keys(tools ?? {}).filter((address) => patterns?.some((name) => speaksOf(name, address)) ?? true);
  return orAny(spokenOf.map((address) => typeOf(tools?.[address], isParsed(address) ? "output" : "input")));
}

/** Do the conditions of a tool see its arguments as its schema gives them? Where a wildcard is what names it, they don't. */
export type IsParsed = (address: string) => boolean;

/** The first file that names a tool says so. `layers`: the names of rules, by file, the including one first. */
export function parsedBy(layers: readonly (readonly string[])[]): IsParsed {
  const rules = layers.map((names) => ({ exact: new Set(names), all: names.filter((name) => name.includes("*")).map(ruleName) }));
  return (address) => {
    const first = rules.find(({ exact, all }) => exact.has(address) || all.some((name) => speaksOf(name, address)));
    return first?.exact.has(address) ?? false;
  };
}

const types = { input: new WeakMap<StandardSchemaV1, Type>(), output: new WeakMap<StandardSchemaV1, Type>() };

function typeOf(schema: StandardSchemaV1 | undefined, side: "input" | "output"): Type {
  if (!schema) return JSON_OBJECT;
  const known = types[side].get(schema);
  if (known !== undefined) return known;
  const json = jsonSchemaOf(schema, side);
  const unknown = side === "output" ? "any" : JSON_VALUE;
  const type = json ? typeOfSchema(json, unknown) : side === "output" ? "any" : JSON_OBJECT;
  types[side].set(schema, type);
  return type;
}

function orAny(types: readonly Type[]): readonly Type[] {
  return types.length > 0 ? types : [JSON_OBJECT];
}

const PRINCIPAL = mapOf(
  {
    id: STRING,
    name: STRING,
    roles: listOf(STRING),
    kind: oneOf(["person", "service", "automation"]),
    aliases: listOf(STRING),
  },
  undefined,
  new Set(["name", "roles", "kind", "aliases"]),
);
const CALL = {
  requestedBy: join(PRINCIPAL, NULL),
  now: TIMESTAMP,
  namespace: join(STRING, NULL),
  tool: STRING,
  agent: STRING,
  threadId: STRING,
};

export function scopeOf(args: Type, context: StandardSchemaV1 | undefined, constants: JsonObject): Scope {
  const contextType = context ? typeOfSchema(jsonSchemaOf(context, "output"), "any") : JSON_VALUE;
  return new Map(Object.entries({ args, context: contextType, constants: typeOfValue(constants), ...CALL }));
}
