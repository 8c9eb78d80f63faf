import { isDeepStrictEqual } from "node:util";
import type { StandardSchemaV1 } from "@countersign/core";
import { parse } from "./schema.ts";
import { isRecord } from "./waiting.ts";

/** Are these what the schema makes of the model's arguments? What it makes anew each time, such as the time or a random id, may differ. */
export async function madeOf(schema: StandardSchemaV1, fromModel: unknown, args: unknown): Promise<boolean> {
  const parsed = await parse(schema, fromModel);
  if ("issues" in parsed) return false;
  if (isDeepStrictEqual(parsed.value, args)) return true;
  const again = await parse(schema, fromModel);
  return "value" in again && sameBut(parsed.value, again.value, args);
}

/** Equal where both tries are. */
function sameBut(one: unknown, other: unknown, args: unknown): boolean {
  if (isDeepStrictEqual(one, other)) return isDeepStrictEqual(one, args);
  if (!isRecord(one) || !isRecord(other) || !isRecord(args)) return true;
  const keys = new Set([one, other, args].flatMap((each) => Object.keys(each)));
  return [...keys].every((key) => sameBut(one[key], other[key], args[key]));
}
