/** What a remembered decision is to cover. Each is chosen: none is given. */
export interface Remembering {
  readonly scope: "exact-args" | "tool";
  readonly within: "thread" | "requester";
  readonly for: (typeof LASTING)[number]["for"];
  readonly times: number;
}

/** How long, from the shortest. */
export const LASTING = [
  { for: "1h", label: "1 hour" },
  { for: "24h", label: "24 hours" },
  { for: "7d", label: "7 days" },
] as const;

/** How often, from the least. */
export const OFTEN = [1, 10, 100] as const;

interface Covered {
  readonly decision: "approve" | "reject";
  readonly tool: string;
  readonly askedBy: string | undefined;
}

/** What will happen without anybody being asked, as sentences. Texts are those of a review. */
export function rememberText({ scope, within, for: lasting, times }: Remembering, { decision, tool, askedBy }: Covered): string {
  const calls = times === 1 ? `the next call of ${tool}` : `the next ${times} calls of ${tool}`;
  const which = scope === "exact-args" ? " with exactly these arguments" : ", whatever the arguments,";
  const where = within === "thread" ? "in this conversation" : `in every conversation of ${askedBy ?? "whoever asked"}`;
  const long = LASTING.find((each) => each.for === lasting)?.label;
  const then = decision === "approve" ? (times === 1 ? "runs" : "run") : times === 1 ? "is rejected" : "are rejected";
  return `For ${long}, ${where}, ${calls}${which} ${then} without anybody being asked. What the policy denies stays denied.`;
}
