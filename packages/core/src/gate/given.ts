import { z } from "zod";
import { principalSchema, type Principal } from "../contract/principal.ts";
import type { RequestQuery } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { shown } from "../errors/shown.ts";

const signedSchema = z.lazy(() => z.object({ by: principalSchema }));
const reasonedSchema = z.lazy(() => z.object({ by: principalSchema, reason: z.string().min(1) }));

/** Who makes a move. @param call the move as it is written right. @throws INVALID_ARGS */
export function readBy(given: unknown, call: string): { readonly by: Principal } {
  return parseInput(signedSchema, given, "options", `Say who does it: ${call}.`);
}

/** Who makes a move, and why. @param call the move as it is written right. @throws INVALID_ARGS */
export function readByAndReason(given: unknown, call: string): { readonly by: Principal; readonly reason: string } {
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
    order: z.enum(["oldest", "newest"]).optional(),
    limit: z.unknown().optional(),
    after: z.unknown().optional(),
  }),
);

/** Which requests to list. @throws INVALID_ARGS */
export function readQuery(query: RequestQuery = {}): RequestQuery {
  parseInput(querySchema, query, "query", 'Write conditions such as gate.list({ status: "pending" }), or none.');
  return query;
}
