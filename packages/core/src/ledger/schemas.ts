import { firstNonJson, jsonCopy, sha256 } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Change, StorePort } from "../store/port.ts";
import type { RequestRecord } from "../store/records.ts";
import { unreadableIn } from "../store/unreadable.ts";
import { schemaId } from "./reserved.ts";

/** Schemas that this process has seen, by their hash. */
const seen = new Map<string, JsonObject>();
const hashes = new WeakMap<JsonObject, string>();
const KEPT = 1_000;

/** A schema as it can be kept: others' may hold more than JSON. Undefined: it can't. */
export function plainSchema(schema: JsonObject): JsonObject | undefined {
  if (!firstNonJson(schema)) return schema;
  try {
    return jsonCopy(JSON.parse(JSON.stringify(schema)) as JsonObject);
  } catch {
    return undefined;
  }
}

/** The hash that a request names its schema by. */
export function hashOfSchema(schema: JsonObject): string {
  const hash = hashes.get(schema) ?? sha256(schema);
  hashes.set(schema, hash);
  keep(hash, schema);
  return hash;
}

/** Many requests show it: what one of those who see it does to it shall reach no other. */
function keep(hash: string, schema: JsonObject): void {
  if (seen.has(hash)) return;
  if (seen.size >= KEPT) seen.clear();
  seen.set(hash, frozen(jsonCopy(schema)));
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** The records with their schemas. One that is gone, or isn't what its hash says, is left out: nobody is shown another. */
export async function withSchemas<R extends RequestRecord>(port: StorePort, tenant: string, records: readonly R[]): Promise<readonly R[]> {
  const wanted = new Set(records.flatMap(({ argsSchemaHash: hash }) => (hash === undefined || seen.has(hash) ? [] : [hash])));
  await Promise.all([...wanted].map((hash) => read(port, tenant, hash)));
  return records.map((record) => withSchema(record));
}

function withSchema<R extends RequestRecord>(record: R): R {
  const schema = record.argsSchemaHash === undefined ? undefined : seen.get(record.argsSchemaHash);
  return schema ? { ...record, argsSchema: schema } : record;
}

async function read(port: StorePort, tenant: string, hash: string): Promise<void> {
  const record = await port.getThread(tenant, schemaId(hash)).catch((error: unknown) => {
    if (!unreadableIn(error)) throw error;
    return undefined;
  });
  const schema = record?.context;
  if (schema && isOf(schema, hash)) keep(hash, schema as JsonObject);
}

function isOf(schema: unknown, hash: string): boolean {
  try {
    return sha256(schema) === hash;
  } catch {
    return false;
  }
}

/** A request without its schema, which is kept once. */
export function withoutSchema(change: Change): Change {
  if (change.op !== "put" || change.kind !== "request" || !("argsSchema" in change.record)) return change;
  const { argsSchema: _schema, ...record } = change.record as RequestRecord & { readonly argsSchema?: JsonObject };
  return { ...change, record };
}
