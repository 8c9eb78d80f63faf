import { z } from "zod";
import { DEFAULTS } from "../contract/defaults.ts";
import type { Acting } from "../contract/gate.ts";
import { originSchema } from "../contract/origin.ts";
import { principalSchema } from "../contract/principal.ts";
import type { CountOptions, RequestQuery } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { shown } from "../errors/shown.ts";
import { searchWords } from "../store/search.ts";

const acting = () => ({ by: principalSchema, origin: originSchema.optional() });
/** Strict: what is misspelt would be left out of the trail, and what there isn't would be relied on. */
const signedSchema = z.lazy(() => z.strictObject(acting()));
const reasonedSchema = z.lazy(() => z.strictObject({ ...acting(), reason: z.string().min(1) }));

/** Who makes a move. @param call the move as it is written right. @throws INVALID_ARGS */
export function readBy(given: unknown, call: string): Acting {
  return parseInput(signedSchema, given, "options", `Say who does it: ${call}.`);
}

/** Who makes a move, and why. @param call the move as it is written right. @throws INVALID_ARGS */
export function readByAndReason(given: unknown, call: string): Acting & { readonly reason: string } {
  return parseInput(reasonedSchema, given, "options", `Say who does it, and why: ${call}.`);
}

/** An id: many pass the whole record, or nothing. @param call the move as it is written right. @throws INVALID_ARGS */
export function readId(id: unknown, call: string): string {
  if (typeof id === "string" && id !== "") return id;
  const message = id === undefined ? "missing" : `expected an id, got ${shown(id)}`;
  throw new CountersignError("INVALID_ARGS", { issues: [{ path: ["id"], message }] }, { note: `Write ${call}.` });
}

const text = () => z.string().optional();
/** Strict: a misspelt condition would find everything, and a misspelt value nothing. Limit and cursor are the store's to judge. */
const querySchema = z.lazy(() =>
  z.strictObject({
    status: z.enum(["pending", "approved", "rejected", "expired", "cancelled"]).optional(),
    execution: z.enum(["none", "executing", "done", "failed", "unknown"]).optional(),
    tool: text(),
    threadId: text(),
    agent: text(),
    requestedBy: text(),
    digest: text(),
    reviewableBy: principalSchema.optional(),
    visibleTo: principalSchema.optional(),
    decidedBy: z.union([z.string(), principalSchema]).optional(),
    askedBefore: z.number().optional(),
    idPrefix: z
      .string()
      .regex(/^[0-9a-f]{1,32}$/i, "not the beginning of an id: 1 to 32 of the characters 0 to 9 and a to f")
      .optional(),
    search: text(),
    order: z.enum(["oldest", "newest", "deadline"]).optional(),
    limit: z.unknown().optional(),
    after: z.unknown().optional(),
  }),
);

/** Which requests to list or count. @throws INVALID_ARGS */
export function readQuery(query: RequestQuery = {}): RequestQuery {
  const { idPrefix, search = "" } = parseInput(
    querySchema,
    query,
    "query",
    'Write conditions such as gate.list({ status: "pending" }), or none.',
  );
  searchWords(search);
  return idPrefix === undefined ? query : { ...query, idPrefix: idPrefix.toLowerCase() };
}

const countSchema = z.lazy(() => z.strictObject({ cap: z.number().int().min(1).max(1_000_000).optional() }));

/** How far to count. @throws INVALID_ARGS */
export function readCap(options: CountOptions = {}): number {
  const { cap = DEFAULTS.countCap } = parseInput(
    countSchema,
    options,
    "options",
    "Write gate.count(query, { cap: 1_000 }), or no options.",
  );
  return cap;
}
