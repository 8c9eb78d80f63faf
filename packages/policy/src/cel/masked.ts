import { join, STRING, type Alternative, type Type } from "./type.ts";

/** The type of what people see where a mask hides a path. A value in its way is hidden as a whole. */
export function masked(type: Type, keys: readonly string[]): Type {
  const [key, ...rest] = keys;
  if (key === undefined) return STRING;
  if (type === "any") return "any";
  return join(...type.map((one) => maskedIn(one, key, rest)));
}

function maskedIn(one: Alternative, key: string, rest: readonly string[]): Type {
  if (one.kind === "scalar") return one.name === "null_type" ? [one] : STRING;
  if (one.kind === "list") {
    const isElement = key === "*" || /^\d+$/.test(key);
    if (!isElement) return STRING;
    const element = masked(one.element, rest);
    return [{ ...one, element: key === "*" ? element : join(one.element, element) }];
  }
  const hidden = key === "*" ? [...one.fields.keys()] : one.fields.has(key) ? [key] : [];
  const fields = new Map(one.fields);
  for (const name of hidden) fields.set(name, masked(fields.get(name) ?? "any", rest));
  return [{ ...one, fields, rest: one.rest && (key === "*" ? masked(one.rest, rest) : one.rest) }];
}
