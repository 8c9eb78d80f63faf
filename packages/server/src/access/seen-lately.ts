import type { ApprovalRequest } from "@countersign/core";
import type { Context } from "../http/endpoint.ts";

/** So many requests tell what a freeze has to do with somebody. */
const LAST = 200;

/** The last requests that they see: what may be frozen of theirs. */
export async function seenLately({ gate, rights }: Context): Promise<readonly ApprovalRequest[]> {
  const narrowed = rights.narrowed({ order: "newest", limit: LAST });
  return narrowed ? (await gate.list(narrowed)).items : [];
}
