import { digestOf, MASK, type ApprovalRequest, type JsonObject, type Principal } from "@countersign/core";

/** The request as it would be with this edit: what a review is made of before it is signed. */
export function editedRequest(request: ApprovalRequest, args: JsonObject, by: Principal): ApprovalRequest {
  return { ...request, proposal: { args, digest: digestText(request, args), by } };
}

/** The digest is of what runs: of what stands behind a mask it can't be known here. */
function digestText(request: ApprovalRequest, args: JsonObject): string {
  const isMasked = JSON.stringify(args).includes(JSON.stringify(MASK));
  return isMasked ? "of what runs, hidden values included: told when it is signed" : digestOf({ ...request, args });
}
