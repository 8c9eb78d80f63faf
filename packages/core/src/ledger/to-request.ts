import { deserialize } from "../canonical/serialize.ts";
import type { JsonObject } from "../contract/json.ts";
import { maskRequest } from "../contract/mask.ts";
import type { ApprovalRequest, Receipt } from "../contract/request.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { shownAs } from "../store/status.ts";

/** A record with what it names by its hash, as this process has read it. */
export type WithSchema = RequestRecord & { readonly argsSchema?: JsonObject | undefined };

/** What users see of a record: masked, so never what is run or compared. */
export function toRequest(record: WithSchema): ApprovalRequest {
  const { state, redact, argsSchema } = record;
  const [status, execution] = shownAs(record);
  const request: ApprovalRequest = {
    id: record.id,
    version: record.version,
    status,
    threadId: record.threadId,
    turnId: record.turnId,
    callId: record.callId,
    agent: record.agent,
    proposedBy: record.proposedBy,
    framework: record.framework,
    tenant: record.tenant,
    namespace: record.namespace,
    tool: record.tool,
    args: record.args,
    proposal: { ...record.proposal, args: proposedArgs(record) },
    approvedArgs: status === "approved" && state !== "purged" ? proposedArgs(record) : undefined,
    argsSchema,
    rule: record.rule,
    tier: record.tier,
    reason: record.reason,
    terms: record.terms,
    requestedBy: record.requestedBy,
    decisions: record.decisions,
    execution,
    receipt: receiptOf(record),
    begun: record.begun,
    policyHash: record.policyHash,
    decidedAt: record.decidedAt,
    grantId: record.grantId,
    supersedes: record.supersedes,
    revises: record.revises,
    judgedAt: record.judgedAt,
    askedAt: record.askedAt,
    expiresAt: record.expiresAt,
  };
  return redact ? maskRequest(request, redact) : request;
}

function receiptOf({ state, result, error = "", endedAt: at = 0, ranWith }: RequestRecord): Receipt | undefined {
  const got = ranWith && { args: ranWith };
  if (state === "done") return { status: "done", result: deserialize(result), at, ...got };
  if (state === "failed") return { status: "failed", error, at, ...got };
  return state === "unknown" ? { status: "unknown", at } : undefined;
}
