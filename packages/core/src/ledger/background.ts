import type { Background } from "../contract/background.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { duplicates } from "./duplicates.ts";
import { isStopped } from "./freeze-watch.ts";
import { readFreezes } from "./freezes.ts";
import type { Ledger } from "./ledger.ts";
import { toRequest } from "./to-request.ts";

/** What is usual can be told from so many calls. */
const PAST = 50;

/** @throws INVALID_ARGS for what is no request */
export async function background(ledger: Ledger, request: ApprovalRequest): Promise<Background> {
  const [same, frozen, finished] = await Promise.all([
    duplicates(ledger, request),
    readFreezes(ledger),
    ledger.list({ tool: request.tool, execution: "done", order: "newest", limit: PAST }),
  ]);
  return {
    duplicates: same,
    freezes: (frozen?.inForce ?? []).filter((freeze) => isStopped(freeze, request)),
    past: finished.items.filter(({ id, namespace }) => id !== request.id && namespace === request.namespace).map(toRequest),
  };
}
