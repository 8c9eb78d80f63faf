import { z } from "zod";
import type { Background, Remembered } from "../contract/background.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { parseInput } from "../errors/parse-input.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import { duplicates } from "./duplicates.ts";
import { isStopped } from "./freeze-watch.ts";
import { readFreezes } from "./freezes.ts";
import type { Ledger } from "./ledger.ts";
import { toRequest } from "./to-request.ts";

/** What is usual can be told from so many calls. */
const PAST = 50;

const requestSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    tool: z.string(),
    namespace: z.string().optional(),
    grantId: z.string().optional(),
    proposal: z.object({ digest: z.string() }),
  }),
);

/** @throws INVALID_ARGS for what is no request */
export async function background(ledger: Ledger, request: ApprovalRequest): Promise<Background> {
  parseInput(requestSchema, request, "request", "Pass the request itself: gate.background(request).");
  const [same, frozen, finished, remembered] = await Promise.all([
    duplicates(ledger, request),
    readFreezes(ledger),
    ledger.list({ tool: request.tool, execution: "done", order: "newest", limit: PAST }),
    request.grantId === undefined ? undefined : rememberedAs(ledger, request.grantId),
  ]);
  return {
    duplicates: same,
    freezes: (frozen?.inForce ?? []).filter((freeze) => isStopped(freeze, request)),
    past: finished.items.filter(({ id, namespace }) => id !== request.id && namespace === request.namespace).map(toRequest),
    ...(remembered && { remembered }),
  };
}

/** A signature that was given elsewhere outlives what can be found out about it. */
async function rememberedAs(ledger: Ledger, grantId: string): Promise<Remembered | undefined> {
  const found = await unlessUnreadable(ledger.grant(grantId));
  if (!found) return undefined;
  const { by, requestId, message } = found.grant;
  const given = await unlessUnreadable(ledger.request(requestId));
  return { by, at: given?.decisions.findLast(({ decision }) => decision.remember !== undefined)?.at, requestId, message };
}
