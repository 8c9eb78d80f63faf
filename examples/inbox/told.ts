// What happens, line by line: what is asked and decided, from the trail, and what is paid, from the bank's own ledger.
import { isCountersignError, type ApprovalRequest, type AuditEvent, type DecisionRecord, type Gate } from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { personText, visible } from "@countersign/review";
import { payments } from "../bank.ts";
import { colleaguesLookAt } from "./colleagues.ts";

const WORDS = { approve: "approved", edit: "edited", reject: "rejected" } as const;

export function say(what: string, text: string): void {
  console.log(`${what.padEnd(10)}${text}`);
}

/** Until the signal. */
export async function tellEvents(gate: Gate, signal: AbortSignal): Promise<void> {
  for await (const { events } of createFeed(gate).listen({ from: "start", signal })) {
    for (const event of events) await tellEvent(gate, event, signal);
  }
}

async function tellEvent(gate: Gate, { subject, type, data }: AuditEvent, signal: AbortSignal): Promise<void> {
  const { decisions = [] } = data as { readonly decisions?: readonly DecisionRecord[] };
  if (type !== "asked" && decisions.length === 0) return;
  const request = await gate.get(subject).catch((error: unknown) => {
    if (!isCountersignError(error)) throw error;
  });
  if (!request) return;
  if (type === "asked") {
    const by = request.requestedBy ? `${personText(request.requestedBy)}, through ` : "";
    say("asked", `${titleOf(request)}, ${visible(request.reason)}: ${by}${request.agent}`);
  }
  for (const { decision, by, via } of decisions) {
    const why = decision.type === "reject" && decision.message ? `: ${visible(decision.message)}` : "";
    const more = request.status === "pending" ? ", somebody else has to sign, too" : "";
    say(WORDS[decision.type], `${titleOf(request)}, by ${personText(by)}${via ? `, ${visible(via)}` : ""}${why}${more}`);
  }
  void colleaguesLookAt(gate, request, signal);
}

function titleOf({ proposal, tool }: ApprovalRequest): string {
  return visible(proposal.description?.title ?? tool);
}

/** What the bank has paid since it was looked at last. */
export function bankTeller(): () => void {
  let told = 0;
  return () => {
    const all = payments();
    for (const { recipient, amount } of all.slice(told)) say("paid", `${visible(recipient)} $${amount.toLocaleString("en-US")}`);
    told = all.length;
  };
}
