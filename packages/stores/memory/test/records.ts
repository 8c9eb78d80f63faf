import type { ThreadRecord } from "@countersign/core/store";

export const TENANT = "default";

export function thread(id: string, over: Partial<ThreadRecord> = {}): ThreadRecord {
  return {
    id,
    version: 0,
    state: "live",
    open: 0,
    fence: 1,
    holder: undefined,
    leaseUntil: 0,
    notBefore: 0,
    attempts: 0,
    lastError: undefined,
    tenant: TENANT,
    agent: "payments",
    framework: "test",
    requestedBy: undefined,
    context: undefined,
    continuation: undefined,
    outcome: undefined,
    seq: 0,
    head: "",
    ...over,
  };
}
