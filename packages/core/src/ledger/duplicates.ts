import { z } from "zod";
import type { ApprovalRequest } from "../contract/request.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Ledger } from "./ledger.ts";
import { list } from "./list.ts";

const requestSchema = z.lazy(() => z.object({ id: z.string(), proposal: z.object({ digest: z.string() }) }));

/** Other requests for the very same call, the newest first. A reviewer can't look through more of them. */
const LIMIT = 50;

/** @throws INVALID_ARGS for what is no request */
export async function duplicates(ledger: Ledger, request: ApprovalRequest): Promise<readonly ApprovalRequest[]> {
  const { id, proposal } = parseInput(requestSchema, request, "request", "Pass the request itself: gate.duplicates(request).");
  const { items } = await list(ledger, { digest: proposal.digest, order: "newest", limit: LIMIT + 1 });
  return items.filter((other) => other.id !== id).slice(0, LIMIT);
}
