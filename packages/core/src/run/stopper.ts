import { SYSTEM } from "../contract/principal.ts";
import type { Stopper } from "../contract/runner.ts";
import type { Kernel } from "../kernel.ts";
import type { RequestRecord } from "../store/records.ts";

/** More calls than a model makes at once: whoever stopped the run has rejected one of the last of them. */
const LAST = 1_000;

/** Who stopped the run: the last reviewer who rejected with `then: "stop"`. Undefined: nobody who is on record. */
export async function stopperOf({ ledger }: Kernel, threadId: string): Promise<Stopper | undefined> {
  const { items } = await ledger.list({ threadId, status: "rejected", order: "newest", limit: LAST });
  const last = items
    .flatMap(({ decisions }) => decisions)
    .filter(({ decision }) => decision.type === "reject" && decision.then === "stop")
    .reduce<RequestRecord["decisions"][number] | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
  return last?.decision.type === "reject" ? { by: last.by, message: last.decision.message } : undefined;
}

export const BY_ITSELF: Stopper = { by: SYSTEM, message: undefined };
