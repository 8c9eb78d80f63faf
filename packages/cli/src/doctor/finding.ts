/** What was looked at, what was found, and what to do about it. */
export interface Finding {
  readonly check:
    | "node"
    | "store"
    | "schema"
    | "writes"
    | "clock"
    | "policy"
    | "agents"
    | "signatures"
    | "requests"
    | "records"
    | "threads"
    | "freezes";
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  readonly advice?: string;
}

export function ok(check: Finding["check"], message: string): Finding {
  return { check, status: "ok", message };
}

export function warning(check: Finding["check"], message: string, advice: string): Finding {
  return { check, status: "warning", message, advice };
}

export function problem(check: Finding["check"], message: string, advice: string): Finding {
  return { check, status: "problem", message, advice };
}
