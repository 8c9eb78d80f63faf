import { GIVEN_UP, type StorePort, type ThreadRecord } from "@countersign/core/store";

/** Puts a run that workers have given up into a store: the real way there takes a day. */
export async function failingThread(
  store: StorePort,
  id: string,
  { lastError, agent = "payments" }: { readonly lastError: string; readonly agent?: string },
): Promise<void> {
  // prettier-ignore
  const record: ThreadRecord = {
    id,
    agent,
    lastError,
    version: 1,
    state: "live",
    open: 0,
    fence: 1,
    holder: undefined,
    leaseUntil: 0,
    notBefore: GIVEN_UP,
    attempts: 20,
    failingSince: Date.now() - 90_000_000,
    tenant: "default",
    framework: "langgraph",
    requestedBy: undefined,
    context: undefined,
    continuation: undefined,
    outcome: undefined,
    seq: 0,
    head: "",
  };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "thread", record, expects: 0 }], events: [] });
}
