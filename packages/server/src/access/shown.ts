import { serialize, type ApprovalRequest, type AuditEvent, type Background } from "@countersign/core";
import { reviewOf, type Review, type ReviewContext } from "@countersign/review";
import type { Context } from "../http/endpoint.ts";
import type { Wire } from "../schemas/wire.ts";
import { visibleRequest } from "./find-request.ts";
import type { Rights } from "./rights.ts";

/** A request without the ids of those that they may not see. */
export async function shownRequest(context: Context, request: ApprovalRequest): Promise<Wire<ApprovalRequest>> {
  const [supersedes, revises] = await Promise.all([shownId(context, request.supersedes), shownId(context, request.revises)]);
  return { ...asJson(request), supersedes, revises };
}

async function shownId(context: Context, id: string | undefined): Promise<string | undefined> {
  if (id === undefined || context.rights.seesAll) return id;
  return (await visibleRequest(context, id)) && id;
}

/**
 * The review of a request as it is shown to them.
 * @param looked `seen`: the digest that they have last looked at; `mine` and `preview`: the arguments of an edit, and what the gate says of it
 */
export async function shownReview(
  context: Context,
  request: ApprovalRequest,
  { seen, mine, preview }: Pick<ReviewContext, "mine" | "preview"> & { readonly seen?: string | undefined } = {},
): Promise<Review> {
  const { gate, rights, caller } = context;
  const now = Date.now();
  const [background, replaces, revises] = await Promise.all([
    gate.background(preview ? { ...request, proposal: preview.proposal } : request),
    shownId(context, request.supersedes),
    shownId(context, request.revises),
  ]);
  const isSeen = (other: ApprovalRequest): boolean => rights.sees(other, now);
  const known = new Set(background.duplicates.filter(isSeen).map(({ id }) => id));
  const review = reviewOf(request, {
    now,
    ...(rights.maySign && { by: caller.by }),
    ...shownBackground(background, isSeen),
    mine,
    preview,
    ...(seen !== undefined && { seen: { ...request, proposal: { ...request.proposal, digest: seen } } }),
  });
  const warnings = review.warnings.map((warning) => ({ ...warning, requests: warning.requests.filter((id) => known.has(id)) }));
  return { ...review, warnings, replaces, revises };
}

/**
 * That the very same call was paid before is said to everybody who may sign it again. By whom, under which id, and what other
 * calls of the tool look like, only to those who may see them.
 */
function shownBackground({ duplicates, past, ...rest }: Background, isSeen: (request: ApprovalRequest) => boolean): Background {
  const nameless = { requestedBy: undefined, decisions: [], grantId: undefined } as const;
  return {
    ...rest,
    duplicates: duplicates.map((other) => (isSeen(other) ? other : { ...other, ...nameless })),
    past: past.filter(isSeen),
  };
}

/** An event without the ids of requests that they may not see. It then isn't what its hash is of. */
export function shownEvent(event: AuditEvent, { seesAll }: Rights): AuditEvent {
  if (seesAll) return event;
  const { supersedes: _replaced, revises: _revised, parent: _parent, note, ...data } = event.data;
  return { ...event, data: { ...data, ...(note !== undefined && { note: shownNote(note) }) } };
}

/** Where a request was replaced, `by` is the id of the one that did. */
function shownNote(note: unknown): unknown {
  if (typeof note !== "object" || note === null || !("by" in note) || typeof note.by !== "string") return note;
  const { by: _id, ...rest } = note;
  return rest;
}

/** A request that an error tells of: there is no time for reads. */
export function toldRequest(request: ApprovalRequest, { seesAll }: Rights): ApprovalRequest {
  const known = asJson(request) as ApprovalRequest;
  return seesAll ? known : { ...known, supersedes: undefined, revises: undefined };
}

/** A result may be what JSON has no word for: it is written as stores keep it. */
function asJson(request: ApprovalRequest): Wire<ApprovalRequest> {
  const { receipt } = request;
  const json = request as Wire<ApprovalRequest>;
  if (receipt?.status !== "done" || receipt.result === undefined) return json;
  const kept = serialize(receipt.result, { classes: "as JSON" });
  return { ...json, receipt: { ...receipt, result: "json" in kept ? kept.json : undefined } };
}
