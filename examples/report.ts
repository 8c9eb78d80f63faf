// What one process of an agent tells the one that started it.
import { policy } from "./approvals.ts";

/** What the model proposed, with the policy's verdict. */
export interface Proposal {
  readonly args: Record<string, unknown>;
  readonly verdict: string;
}
export interface Report {
  readonly status: "completed" | "suspended" | "stopped" | "running";
  readonly replayed: boolean;
  readonly proposals: readonly Proposal[];
  readonly results: readonly string[];
  readonly text: string;
}

/** For the model's proposals, what the policy says of each. */
export function verdictOn(args: Record<string, unknown>): string {
  const verdict = policy.check({ tool: "send_payment", args: args as never });
  return verdict.type === "allow" || verdict.type === "invalid" ? verdict.type : `${verdict.type}: ${verdict.reason}`;
}
