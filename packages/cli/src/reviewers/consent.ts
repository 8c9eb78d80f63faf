import type { ApprovalRequest, Decision } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { person, requestText } from "../output/request.ts";
import { warnOfSameCall } from "../output/same-call.ts";
import { confirm } from "../prompts.ts";

/** @throws REQUEST_NOT_FOUND */
export async function demand({ gate }: Desk, id: string): Promise<ApprovalRequest> {
  const request = await gate.get(id);
  if (!request) throw new CountersignError("REQUEST_NOT_FOUND", { id });
  return request;
}

/**
 * The request as its signer has seen it: shown now, or named by its digest.
 * @throws Failure in a pipe without the digest, or with another one
 */
export async function seen(desk: Desk, id: string, type: Decision["type"], digest: string | undefined): Promise<ApprovalRequest> {
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
  out.say(requestText(out, request, await gate.duplicates(request), process.stderr));
  return request;
}

function refuseOther({ id, proposal }: ApprovalRequest, digest: string): void {
  if (digest === proposal.digest) return;
  throw new Failure(
    EXIT.refused,
    `Request ${id} has another digest now: ${proposal.digest}. Look at the request again: countersign show ${id}.`,
  );
}

/** A yes of whoever was shown what they sign. Who named the digest has said it. @throws Failure: left pending */
export async function consent(desk: Desk, digest: string | undefined, question: string): Promise<void> {
  if (digest === undefined && !(await confirm(`${question} You sign as ${person(signer(desk))}.`))) throw leftPending();
}

export function leftPending(): Failure {
  return new Failure(EXIT.no, "Left pending. Nothing was changed.");
}

/** The gate refuses it too: here so that nobody is asked for nothing. @throws ALREADY_DECIDED, EXPIRED, DECISION_NOT_ALLOWED */
export function refuse(request: ApprovalRequest, type: Decision["type"]): void {
  const { status, decisions, terms } = request;
  if (status === "expired") throw new CountersignError("EXPIRED", { request });
  if (status !== "pending")
    throw new CountersignError("ALREADY_DECIDED", { request, winner: status === "cancelled" ? undefined : decisions.at(-1) });
  if (terms.decisions && !terms.decisions.includes(type)) throw new CountersignError("DECISION_NOT_ALLOWED", { allowed: terms.decisions });
}
