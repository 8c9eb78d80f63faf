import type { StandardSchemaV1 } from "@countersign/core";
import { didYouMean, jsonSchemaOf } from "@countersign/core/policy";
import { childrenOf, type Expr, type Expression, type Fault } from "../cel/expression.ts";
import { factOf } from "../cel/lower.ts";
import { typeOfSchema } from "../cel/schema-type.ts";
import { canEqual, DOUBLE, join, JSON_VALUE, show, type Alternative, type Type } from "../cel/type.ts";
import { names, type ToolSchemas } from "./scope.ts";

/** What is wrong with the tools and paths that `history.count` and `history.sum` name. */
export function factFaults(tools: ToolSchemas | undefined, rule: string, expression: Expression): readonly Fault[] {
  const faults: Fault[] = [];
  const visit = (expr: Expr): void => {
    const fact = factOf(expr);
    const report = (message: string): number => faults.push({ severity: "error", message, offset: expression.offsetOf(expr) });
    const counted = fact?.tool ?? rule;
    const spokenOf = Object.keys(tools ?? {}).filter((address) => names(counted, address));
    if (fact?.tool !== undefined && tools && spokenOf.length === 0)
      report(`There is no tool ${fact.tool}.${didYouMean(fact.tool, Object.keys(tools))}`);
    const wrong = fact?.path === undefined ? undefined : pathProblem(fact.path, spokenOf.map((address) => tools?.[address])); // prettier-ignore
    if (wrong) report(wrong);
    childrenOf(expr).forEach(visit);
  };
  visit(expression.expr);
  return faults;
}

/** What is wrong with a path for all of these tools; undefined: it leads to a number in one of them, at least. */
function pathProblem(path: string, schemas: readonly (StandardSchemaV1 | undefined)[]): string | undefined {
  const [root, ...keys] = path.split(".");
  if (root !== "args" || keys.length === 0 || keys.includes("")) return "Begin the path of a sum with args, such as args.amount.";
  const types = schemas.map((schema) => takenAt(schema, keys));
  if (types.length === 0 || types.some((type) => type && canEqual(type, DOUBLE))) return undefined;
  const type = types.find((one) => one !== undefined);
  return type ? `history.sum adds numbers. ${path} is ${show(type)}.` : `There is no ${path}.`;
}

/**
 * What the model's JSON may have there; undefined: nothing that the tool would get. What a schema takes and drops without
 * naming it (zod's objects do) isn't there.
 */
function takenAt(schema: StandardSchemaV1 | undefined, keys: readonly string[]): Type | undefined {
  return argument(schema, keys, member);
}

/** The same of a path that may lead into a list, to one of its elements: `args.items.0.price`. */
export function elementAt(schema: StandardSchemaV1 | undefined, keys: readonly string[]): Type | undefined {
  return argument(schema, keys, element);
}

/** The same of a path that masks: `*` is every element of a list, or every member of an object. */
export function maskedAt(schema: StandardSchemaV1 | undefined, keys: readonly string[]): Type | undefined {
  return argument(schema, keys, (type, key, fields) => {
    if (key !== "*" || type.kind === "scalar") return element(type, key, fields);
    if (type.kind === "list") return type.element;
    return [...type.fields.values(), ...(type.rest && fields === "any" ? [type.rest] : [])].reduce<Type | undefined>(
      (all, field) => (all ? join(all, field) : field),
      undefined,
    );
  });
}

type Fields = "named" | "any";
type Step = (type: Alternative, key: string, fields: Fields) => Type | undefined;

const member: Step = (type, key, fields) =>
  type.kind === "map" ? (type.fields.get(key) ?? (fields === "any" ? type.rest : undefined)) : undefined;

const element: Step = (type, key, fields) =>
  type.kind === "list" ? (/^(0|[1-9]\d*)$/.test(key) ? type.element : undefined) : member(type, key, fields);

function argument(schema: StandardSchemaV1 | undefined, keys: readonly string[], step: Step): Type | undefined {
  const taken = typeOfSchema(jsonSchemaOf(schema, "input"), JSON_VALUE);
  return typeAt(taken, keys, "named", step) ?? typeAt(typeOfSchema(jsonSchemaOf(schema, "output"), JSON_VALUE), keys, "any", step);
}

function typeAt(type: Type, keys: readonly string[], fields: Fields, step: Step): Type | undefined {
  const [key, ...rest] = keys;
  if (key === undefined || type === "any") return type;
  for (const one of type) {
    const field = step(one, key, fields);
    if (field) return typeAt(field, rest, fields, step);
  }
  return undefined;
}
