import type { ApprovalRequest } from "@countersign/core";

/** One word: what was decided or, of an approved call, what came of it. */
export function statusOf({ status, execution }: Pick<ApprovalRequest, "status" | "execution">): string {
  return execution === "none" ? status : execution;
}
