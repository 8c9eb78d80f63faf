import type { ApprovalRequest } from "@countersign/core";
import { visible } from "./visible.ts";

/** What was decided, and what came of it: `pending`, `approved, executing`, `approved, outcome unknown`. */
export function statusText({ status, execution }: Pick<ApprovalRequest, "status" | "execution">): string {
  if (status !== "approved") return visible(status);
  switch (execution) {
    case "none":
      return "approved, not run yet";
    case "unknown":
      return "approved, outcome unknown";
    default:
      return visible(`approved, ${execution}`);
  }
}
