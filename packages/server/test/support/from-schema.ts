import fc from "fast-check";

type Schema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, Schema>>;

/** Values that a JSON Schema of the OpenAPI document takes, more or less: whoever reads them finds out the rest. */
export function valuesOf(schema: unknown, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  if (typeof schema !== "object" || schema === null || depth > 8) return fc.jsonValue({ maxDepth: 1 });
  const { $ref, const: only, enum: some, anyOf, oneOf = anyOf, allOf, type } = schema as Schema;
  const inner = (each: unknown): fc.Arbitrary<unknown> => valuesOf(each, schemas, depth + 1);
  if (typeof $ref === "string") return inner(schemas[$ref.split("/").at(-1) ?? ""]);
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(some)) return fc.constantFrom(...(some as unknown[]));
  if (Array.isArray(oneOf)) return fc.oneof(...oneOf.map(inner));
  if (Array.isArray(allOf)) return fc.tuple(...allOf.map(inner)).map((parts) => Object.assign({}, ...(parts as object[])) as unknown);
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => inner({ ...schema, type: each as unknown })));
  return ofType(schema as Schema, inner);
}

function ofType(schema: Schema, inner: (schema: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { type, properties = {}, required = [], additionalProperties, items, minItems = 0, maxItems = 5, pattern } = schema;
  const { minimum = -1_000, maximum = 1_000, minLength = 0, maxLength = 40 } = schema as { readonly [name: string]: number };
  switch (type) {
    case "object": {
      const members = Object.fromEntries(Object.entries(properties as Schema).map(([name, each]) => [name, inner(each)]));
      const known = fc.record(members, { requiredKeys: required as never[] });
      if (typeof additionalProperties !== "object") return known;
      const more = fc.dictionary(fc.string({ maxLength: 10 }), inner(additionalProperties), { maxKeys: 3 });
      return fc.tuple(more, known).map((parts) => Object.assign({}, ...parts) as unknown);
    }
    case "array":
      return fc.array(inner(items), { minLength: Number(minItems), maxLength: Math.min(Number(maxItems), 5) });
    case "string":
      if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern));
      return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40), unit: "binary" });
    case "integer":
      return fc.integer({ min: Math.ceil(minimum), max: Math.max(Math.ceil(minimum), Math.min(maximum, 2 ** 31)) });
    case "number":
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
