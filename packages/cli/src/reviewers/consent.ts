import type { ApprovalRequest, Decision } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { warnOfSameCall } from "../output/same-call.ts";
import { requestOf } from "../request-of.ts";

/** @throws REQUEST_NOT_FOUND */
export function demand(desk: Desk, id: string): Promise<ApprovalRequest> {
  return requestOf(desk, id);
}

/**
 * The request that somebody is about to decide: it can be shown and asked about here, or its digest says that it was seen.
 * @throws Failure in a pipe without the digest, or with another one
 */
export async function meant(desk: Desk, id: string, type: Decision["type"], digest: string | undefined): Promise<ApprovalRequest> {
  const { gate, out } = desk;
  signer(desk);
  const request = await demand(desk, id);
  if (digest !== undefined) {
    refuseOther(request, digest);
    await warnOfSameCall(out, gate, request);
    return request;
  }
  if (!out.interactive)
    throw usage(`There is no terminal to ask in. Look at the request with countersign show ${id}, and pass its digest: --digest <digest>.`);
  refuse(request, type);
  return request;
}

function refuseOther({ id, proposal }: ApprovalRequest, digest: string): void {
  if (digest === proposal.digest) return;
  throw new Failure(
    EXIT.refused,
    `Request ${id} has another digest now: ${proposal.digest}. Look at the request again: countersign show ${id}.`,
  );
}

export function leftPending(): Failure {
  return new Failure(EXIT.no, "Left pending. Nothing was changed.");
}

/** The gate refuses it too: here so that nobody is asked for nothing. @throws ALREADY_DECIDED, EXPIRED, DECISION_NOT_ALLOWED */
export function refuse(request: ApprovalRequest, type: Decision["type"]): void {
  const { status, decisions, terms, expiresAt } = request;
  if (status === "expired" || (status === "pending" && expiresAt !== undefined && expiresAt <= Date.now()))
    throw new CountersignError("EXPIRED", { request });
  if (status !== "pending")
    throw new CountersignError("ALREADY_DECIDED", { request, winner: status === "cancelled" ? undefined : decisions.at(-1) });
  if (terms.decisions && !terms.decisions.includes(type)) throw new CountersignError("DECISION_NOT_ALLOWED", { allowed: terms.decisions });
}
