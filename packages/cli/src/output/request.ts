import {
  confirmedPaths,
  isBatchable,
  missingSignatures,
  quorumOf,
  type ApprovalRequest,
  type DecisionRecord,
  type Duration,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import { groupsText, parsedLines, visible, visibleJson } from "@countersign/core/terminal";
import { diff } from "./diff.ts";
import type { Output } from "./output.ts";
import { sameCallText } from "./same-call.ts";
import { statusOf } from "./status.ts";
import { moment, span } from "./when.ts";

/**
 * Everything that a reviewer has to know, in full: what would run, why it is asked about, who may sign, until when.
 * @param others requests for the very same call
 */
export function requestText(
  out: Output,
  request: ApprovalRequest,
  others: readonly ApprovalRequest[],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const { proposal, args } = request;
  const edited = proposal.by !== undefined;
  const added = parsedLines(proposal.parsed);
  return [
    ...factsOf(out, request, stream),
    ...sameCall(out, others, stream),
    ...request.decisions.map((record, index) => fact(index === 0 ? "signed" : "", signature(record))),
    ...missing(request),
    ...(proposal.description?.facts ?? []).map(({ label, value }) => fact("fact", visible(`${label}: ${value}`))),
    ...(proposal.description?.links ?? []).map(({ label, url }) => fact("link", visible(`${label}: ${url}`))),
    out.style("bold", edited ? "arguments, as a reviewer has changed them" : "arguments", stream),
    ...(edited ? diff(out, args, proposal.args, stream) : visibleJson(args).split("\n")).map((line) => `  ${line}`),
    ...(added.length > 0 ? [out.style("bold", "set by the tool's schema", stream), ...added.map((line) => `  ${line}`)] : []),
    ...outcomeOf(out, request, stream),
    fact("digest", proposal.digest),
  ].join("\n");
}

function factsOf(out: Output, request: ApprovalRequest, stream: NodeJS.WriteStream): readonly string[] {
  const { status, requestedBy, expiresAt, decidedAt, supersedes, revises, grantId, terms } = request;
  const { title, risk } = request.proposal.description ?? {};
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["request", request.id],
    ["status", statusOf(request)],
    ["tool", out.style("bold", toolOf(request), stream)],
    ["title", title && visible(title)],
    ["risk", risk && (risk === "high" ? out.style("red", risk, stream) : risk)],
    ["why", visible(`${request.reason} (rule ${request.rule})`)],
    ["asked by", requestedBy && person(requestedBy)],
    ["asked", moment(request.askedAt)],
    ["agent", visible(agentOf(request))],
    ["thread", visible(request.threadId)],
    ["terms", termsText(terms)],
    ["expires", status === "pending" && expiresAt !== undefined ? moment(expiresAt) : undefined],
    ["decided", decidedAt === undefined ? undefined : moment(decidedAt)],
    ["replaces", supersedes],
    ["revises", revises],
    ["granted by", grantId === undefined ? undefined : `grant/${grantId}`],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [fact(name, value)]));
}

/** Of one who waits for more than one, or after a signature that was not enough. */
function missing(request: ApprovalRequest): readonly string[] {
  const { status, terms, decisions } = request;
  if (status !== "pending" || (quorumOf(terms) === 1 && decisions.length === 0)) return [];
  return [fact("missing", visible(groupsText(missingSignatures(request))))];
}

/** Whoever sees a payment twice should know. */
function sameCall(out: Output, others: readonly ApprovalRequest[], stream: NodeJS.WriteStream): readonly string[] {
  const text = sameCallText(others);
  return text === undefined ? [] : [fact("same call", out.style("yellow", text, stream))];
}

/** In a handoff, an agent of the run that isn't the one that the run is called after. */
function agentOf({ agent, proposedBy }: ApprovalRequest): string {
  return proposedBy === undefined || proposedBy === agent ? agent : `${agent} (proposed by ${proposedBy})`;
}

function fact(name: string, value: string): string {
  return `${name.padEnd(10)} ${value}`;
}

export function toolOf({ namespace, tool }: Pick<ApprovalRequest, "namespace" | "tool">): string {
  return visible(namespace === undefined ? tool : `${namespace}/${tool}`);
}

export function person({ id, name, roles, kind }: Principal): string {
  const details = [name, roles && roles.length > 0 ? roles.join(", ") : undefined, kind === "person" ? undefined : kind];
  const known = details.filter((detail) => detail !== undefined);
  return visible(known.length > 0 ? `${id} (${known.join("; ")})` : id);
}

function signature({ decision, by, at, via, batch, digest }: DecisionRecord): string {
  const words = [
    `${decision.type} by ${person(by)}, ${moment(at)}`,
    via === undefined ? "" : `, by ${visible(via)}`,
    batch === undefined ? "" : `, in batch ${visible(batch)}`,
    "message" in decision && decision.message !== undefined ? `: ${visible(decision.message)}` : "",
    decision.comment === undefined ? "" : ` [${visible(decision.comment)}]`,
    decision.remember ? `, remembered for ${decision.remember.scope}` : "",
  ];
  return `${words.join("")}, digest ${digest}`;
}

/** The terms as a sentence. Empty: anybody may sign. */
export function termsText(terms: ReviewTerms): string {
  const { roles, reviewers, quorum, fourEyes, decisions, remember, escalate } = terms;
  const who = [...(roles ?? []).map((role) => `role ${role}`), ...(reviewers ?? [])].join(" or ");
  const typed = confirmedPaths(terms).join(" and ");
  const parts = [
    who === "" ? "anybody may sign" : `signed by ${who}`,
    escalate ? `after ${lasting(escalate.after)} by ${escalate.roles.map((role) => `role ${role}`).join(" or ")} as well` : "",
    typeof quorum === "object" ? `it takes ${groupsText(quorum)}` : quorumOf(terms) > 1 ? `${quorum} signatures` : "",
    fourEyes ? "not by whoever asked, nor by whoever edited it" : "",
    typed === "" ? "" : `whoever signs types what stands at ${typed}`,
    isBatchable(terms) ? "may be decided together with others" : "",
    decisions ? `only ${decisions.join(", ")}` : "",
    remember && remember !== "never" ? `may be remembered: ${remember.join(", ")}` : "",
  ];
  return visible(parts.filter((part) => part !== "").join("; "));
}

function lasting(time: Duration): string {
  return typeof time === "number" ? span(time) : time;
}

function outcomeOf(out: Output, { receipt }: ApprovalRequest, stream: NodeJS.WriteStream): readonly string[] {
  if (!receipt) return [];
  const heading = out.style("bold", `result: ${receipt.status}, ${moment(receipt.at)}`, stream);
  if (receipt.status === "unknown")
    return [heading, "  It was begun, and nobody knows whether it happened. Look, then say so with countersign settle."];
  const text = receipt.status === "done" ? visibleJson(receipt.result) : visible(receipt.error);
  const ran = receipt.args ? [`it ran with: ${visibleJson(receipt.args, 0)}`] : [];
  return [heading, ...[...ran, ...text.split("\n")].map((line) => `  ${line}`)];
}
