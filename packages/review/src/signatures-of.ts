import { countedSignatures, type ApprovalRequest, type DecisionRecord, type Remembered } from "@countersign/core";
import { nameOf, personText } from "./person-text.ts";
import type { Signature } from "./review.ts";
import { dateText, momentOf } from "./span-text.ts";
import { visible } from "./visible.ts";

const SAID = { approve: "approved", edit: "edited", reject: "rejected" } as const;
const VIA: ReadonlyMap<string, string> = new Map([
  ["cli", "on the command line"],
  ["terminal", "at a terminal"],
  ["web", "on the web page"],
  ["slack", "in Slack"],
  ["mail", "by mail"],
  ["api", "through the API"],
]);

/** Those that count, and after them those that no longer do. A remembered decision stands for a signature. */
export function signaturesOf(request: ApprovalRequest, now: number, remembered: Remembered | undefined): readonly Signature[] {
  const { decisions, grantId } = request;
  const counting = new Set(countedSignatures(request));
  const isCounted = (record: DecisionRecord): boolean => counting.has(record) || record.decision.type === "reject";
  const given = decisions.map((record) => signatureOf(record, isCounted(record), now));
  const all = grantId === undefined ? given : [rememberedSignature(request, grantId, remembered), ...given];
  return [...all.filter(({ counts }) => counts), ...all.filter(({ counts }) => !counts)];
}

function signatureOf({ decision, by, at, via, batch }: DecisionRecord, counts: boolean, now: number): Signature {
  const words = [
    `${SAID[decision.type]}${decision.type === "edit" && counts ? " and signed" : ""} by ${personText(by)}`,
    momentOf(at, now).text,
    ...(via === undefined ? [] : [VIA.get(via) ?? `through ${visible(via)}`]),
    ...(batch === undefined ? [] : [`together with others (${visible(batch)})`]),
    ...(decision.remember ? [`remembered for ${decision.remember.scope === "tool" ? "any call of the tool" : "the same arguments"}`] : []),
  ];
  return {
    text: words.join(", "),
    decision: decision.type,
    at: Number.isFinite(at) ? at : 0,
    message: decision.type === "reject" && decision.message !== undefined ? visible(decision.message) : undefined,
    comment: decision.comment === undefined ? undefined : visible(decision.comment),
    counts,
  };
}

function rememberedSignature(request: ApprovalRequest, grantId: string, remembered: Remembered | undefined): Signature {
  const { status, askedAt, decidedAt = askedAt } = request;
  const decision = status === "rejected" ? "reject" : "approve";
  const said = decision === "reject" ? "rejected" : "signed";
  const whose = remembered
    ? `${nameOf(remembered.by)}'s remembered decision${remembered.at === undefined ? "" : ` of ${dateText(remembered.at)}`}`
    : `a remembered decision (${visible(grantId)})`;
  const message = remembered?.message === undefined ? undefined : visible(remembered.message);
  return {
    text: `${said} by ${whose}`,
    decision,
    at: Number.isFinite(decidedAt) ? decidedAt : 0,
    message,
    comment: undefined,
    counts: true,
  };
}
