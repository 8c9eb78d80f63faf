import type { ApprovalRequest } from "@countersign/core";
import { visible } from "./visible.ts";

/** With its namespace: `billing/send_payment`. */
export function toolText({ namespace, tool }: Pick<ApprovalRequest, "namespace" | "tool">): string {
  return visible(namespace === undefined ? tool : `${namespace}/${tool}`);
}
