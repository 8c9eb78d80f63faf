import type { Summary } from "@countersign/server/client";

/** A row as the server answers it. */
export function summary(id: string, given: Partial<Summary> = {}): Summary {
  return {
    id,
    version: 1,
    digest: `digest of ${id}`,
    status: "pending",
    execution: "none",
    statusText: "pending",
    title: `Pay ${id}`,
    tool: "send_payment",
    agent: "payments",
    askedBy: "Dora",
    thread: `thread ${id}`,
    asked: { at: 0, text: "just now" },
    age: "0s",
    missing: "1 of finance",
    marks: [],
    ...given,
  };
}
