import { firstNonJson, hashOrNone, sha256 } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Change, StorePort } from "../store/port.ts";
import type { RequestRecord } from "../store/records.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import { schemaId } from "./reserved.ts";
import type { WithSchema } from "./to-request.ts";

/** Schemas that this process has seen, by their hash. */
const seen = new Map<string, JsonObject>();
const hashes = new WeakMap<JsonObject, string>();
const KEPT = 1_000;

/** A schema, and the hash that requests name it by. */
interface Kept {
  readonly argsSchemaHash: string;
  readonly argsSchema: JsonObject;
}

/** A schema as it can be kept: others' may hold more than JSON. Undefined: it can't. */
export function keptSchema(schema: JsonObject): Kept | undefined {
  const known = hashes.get(schema);
  if (known !== undefined) return { argsSchemaHash: known, argsSchema: schema };
  const argsSchema = plain(schema);
  if (!argsSchema) return undefined;
  const argsSchemaHash = sha256(argsSchema);
  hashes.set(argsSchema, argsSchemaHash);
  keep(argsSchemaHash, argsSchema);
  return { argsSchemaHash, argsSchema };
}

function plain(schema: JsonObject): JsonObject | undefined {
  if (!firstNonJson(schema)) return schema;
  try {
    const copy = JSON.parse(JSON.stringify(schema)) as JsonObject;
    return firstNonJson(copy) ? undefined : copy;
  } catch {
    return undefined;
  }
}

/** Many requests show it: what one of those who see it does to it shall reach no other. Surfaces follow the order of its members. */
function keep(hash: string, schema: JsonObject): void {
  if (seen.has(hash)) return;
  if (seen.size >= KEPT) seen.clear();
  seen.set(hash, frozen(JSON.parse(JSON.stringify(schema)) as JsonObject));
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
  const schema = (await unlessUnreadable(port.getThread(tenant, schemaId(hash))))?.context;
  if (schema && hashOrNone(() => sha256(schema)) === hash) keep(hash, schema as JsonObject);
}

/** A request without its schema, which is kept once. */
export function withoutSchema(change: Change): Change {
  if (change.op !== "put" || change.kind !== "request" || !("argsSchema" in change.record)) return change;
  const { argsSchema: _schema, ...record } = change.record as WithSchema;
  return { ...change, record };
}
