import { z } from "zod";
import type { Page } from "../contract/request.ts";
import type { ThreadQuery, ThreadSummary } from "../contract/threads.ts";
import { parseInput } from "../errors/parse-input.ts";
import { threadStateOf, type ThreadHead } from "../store/threads.ts";
import type { Ledger } from "./ledger.ts";

/** A misspelt state would find nothing, as if all were well. Limit and cursor are the store's to judge. */
const querySchema = z.lazy(() =>
  z.strictObject({
    state: z.enum(["ready", "running", "suspended", "idle", "failing", "closed"]).optional(),
    agent: z.string().optional(),
    limit: z.unknown().optional(),
    after: z.unknown().optional(),
  }),
);

/** Where runs stand. @throws INVALID_ARGS for a state, limit or cursor that isn't one */
export async function threads(ledger: Ledger, query: ThreadQuery = {}): Promise<Page<ThreadSummary>> {
  parseInput(querySchema, query, "query", 'Write gate.threads({ state: "failing" }), or no state for all of them.');
  const { items, ...page } = await ledger.threads(query);
  return { items: items.flatMap((thread) => summaryOf(thread) ?? []), ...page };
}

/** Undefined for what is no run's thread. */
function summaryOf(thread: ThreadHead): ThreadSummary | undefined {
  const { id, agent, framework, open, attempts, lastError, failingSince, notBefore } = thread;
  const state = threadStateOf(thread);
  const nextTryAt = state === "ready" && notBefore > 0 ? notBefore : undefined;
  return state && { id, agent, framework, state, open, attempts, lastError, failingSince, nextTryAt };
}
