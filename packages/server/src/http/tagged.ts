import { isSamePerson, type ApprovalRequest, type Principal } from "@countersign/core";
import { HttpError } from "./problem.ts";

const etagOf = ({ version }: ApprovalRequest): string => `"${version}"`;

/** An answer about a request, with its version as a strong ETag. */
export function tagged(request: ApprovalRequest, body: object): Response {
  return Response.json(body, { headers: { ETag: etagOf(request) } });
}

/**
 * `If-Match`, where it is given. Whoever has signed it may be repeating themselves: then the gate says what holds.
 * @throws HttpError PRECONDITION_FAILED
 */
export function demandMatch({ headers }: Request, request: ApprovalRequest, by: Principal): void {
  const wanted = headers.get("if-match")?.split(",").map((tag) => tag.trim()); // prettier-ignore
  if (!wanted || wanted.includes("*") || wanted.includes(etagOf(request))) return;
  if (!request.decisions.some((signature) => isSamePerson(signature.by, by))) throw new HttpError("PRECONDITION_FAILED");
}
