import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import { addressed, jsonSchemaOf, ruleName, type RuleName } from "@countersign/core/policy";
import type { Scope } from "../cel/infer.ts";
import { typeOfSchema, typeOfValue } from "../cel/schema-type.ts";
import { join, JSON_OBJECT, JSON_VALUE, listOf, mapOf, NULL, oneOf, STRING, type Type } from "../cel/type.ts";

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

/** What `args` may be in a rule's conditions: one type for each tool that it speaks of. Never empty. */
export function argumentTypes(tools: ToolSchemas | undefined, rule: string): readonly Type[] {
  const schema = schemaOf(tools, rule);
  if (schema) return [typeOfSchema(jsonSchemaOf(schema, "output"), "any")];
  const spokenOf = Object.keys(tools ?? {}).filter((address) => names(rule, address));
  const types = spokenOf.map((address) => {
    const json = jsonSchemaOf(tools?.[address], "input");
    return json ? typeOfSchema(json, JSON_VALUE) : JSON_OBJECT;
  });
  return types.length > 0 ? types : [JSON_OBJECT];
}

const PRINCIPAL = mapOf({
  id: STRING,
  name: STRING,
  roles: listOf(STRING),
  kind: oneOf(["person", "service", "automation"]),
});
const CALL = { requestedBy: join(PRINCIPAL, NULL), namespace: join(STRING, NULL), tool: STRING, agent: STRING, threadId: STRING };

export function scopeOf(args: Type, context: StandardSchemaV1 | undefined, constants: JsonObject): Scope {
  const contextType = context ? typeOfSchema(jsonSchemaOf(context, "output"), "any") : JSON_VALUE;
  return new Map(Object.entries({ args, context: contextType, constants: typeOfValue(constants), ...CALL }));
}
