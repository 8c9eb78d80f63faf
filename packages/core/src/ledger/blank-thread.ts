import type { ThreadRecord } from "../store/records.ts";

/** A thread that nobody has written yet. */
export function blankThread(tenant: string, id: string): ThreadRecord {
  return {
    id,
    version: 0,
    state: "live",
    open: 0,
    fence: 0,
    holder: undefined,
    leaseUntil: 0,
    notBefore: 0,
    attempts: 0,
    lastError: undefined,
    tenant,
    agent: "",
    framework: "none",
    requestedBy: undefined,
    context: undefined,
    input: undefined,
    continuation: undefined,
    outcome: undefined,
    seq: 0,
    head: "",
  };
}
