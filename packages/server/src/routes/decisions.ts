import { CountersignError, isSamePerson, type ApprovalRequest, type DecisionRecord } from "@countersign/core";
import { summaryOf } from "@countersign/review";
import { z } from "zod";
import type { Decisions, OwnDecision } from "../client/answers.ts";
import { endpoint, type Context } from "../http/endpoint.ts";
import { after, limit, pageOf, RequestId } from "../schemas/answers.ts";
import { Status } from "../schemas/request.ts";
import { describing, time } from "../schemas/wire.ts";

const PAGE = 50;
const MOST = 200;
/** Of so many decisions it is said how long they took. */
const SUMMED = 200;

const OwnDecisionRow = z
  .object({
    id: RequestId,
    title: z.string(),
    tool: z.string(),
    decision: z.enum(["approve", "edit", "reject"]),
    at: time(),
    took: z.number().describe("Ms from the question to this signature."),
    status: Status,
    statusText: z.string(),
  })
  .meta({ id: "OwnDecision", description: "One signature of yours, and what became of the request." });

const DecisionsAnswer = describing<Decisions>()(
  pageOf(OwnDecisionRow, "Decisions")
    .omit({ unreadable: true })
    .extend({
      summary: z
        .object({
          count: z.int(),
          medianTook: z.number().optional().describe("Ms. Absent: there are none."),
          approved: z.int(),
          edited: z.int(),
          rejected: z.int(),
        })
        .describe("Of the last 200."),
    })
    .meta({ id: "Decisions" }),
);

export const listDecisions = endpoint({
  id: "listDecisions",
  method: "get",
  path: "/v1/decisions",
  summary: "What you have signed yourself, the newest first.",
  query: z.strictObject({ limit: limit(MOST), after }),
  answer: DecisionsAnswer,
  run: async (context, { query }) => {
    const { limit: size = PAGE } = query;
    const { chunk, beyond } = query.after === undefined ? {} : placeIn(query.after);
    const last = await chunkOf(context, undefined);
    const { signed, next } = chunk === undefined ? last : await chunkOf(context, chunk);
    const left = beyond ? signed.filter((each) => inOrder(beyond, each) < 0) : signed;
    const page = left.slice(0, size);
    const end = left.length > size ? placeText(chunk, page.at(-1)) : next && placeText(next);
    return {
      items: page.map(({ row }) => row),
      ...(end !== undefined && { next: end }),
      summary: summaryOfAll(last.signed.slice(0, SUMMED).map(({ row }) => row)),
    };
  },
});

/** Where a signature stands in the list. `n`: which of the request's. */
interface Place {
  readonly at: number;
  readonly id: string;
  readonly n: number;
}

function inOrder(a: Place, b: Place): number {
  return b.at - a.at || (a.id === b.id ? b.n - a.n : a.id < b.id ? 1 : -1);
}

/**
 * Stores list requests by when they were asked. So many of them are sorted anew, by when they were signed: whoever has signed
 * no more has all of theirs in order.
 */
const CHUNK = 1_000;

interface Signed extends Place {
  readonly row: OwnDecision;
}

async function chunkOf(
  { gate, caller: { by } }: Context,
  after: string | undefined,
): Promise<{ readonly signed: readonly Signed[]; readonly next: string | undefined }> {
  const query = { decidedBy: by, order: "newest", limit: CHUNK, ...(after !== undefined && { after }) } as const;
  const { items, next } = await gate.list(query);
  const now = Date.now();
  const signed = items.flatMap((request) =>
    request.decisions.flatMap((each, n) =>
      isSamePerson(each.by, by) ? [{ at: each.at, id: request.id, n, row: rowOf(request, each, now) }] : [],
    ),
  );
  return { signed: signed.toSorted(inOrder), next };
}

/** Chunk, and the last signature in it that was shown. */
function placeText(chunk: string | undefined, end?: Place): string {
  return `${end ? `${end.at}.${end.n}.${end.id}` : ""}/${chunk ?? ""}`;
}

/** @throws INVALID_ARGS for what {@link placeText} didn't write */
function placeIn(text: string): { readonly chunk?: string | undefined; readonly beyond?: Place | undefined } {
  const parts = /^(?:(\d+(?:\.\d+)?)\.(\d+)\.([0-9a-f]{32}))?\/(.*)$/s.exec(text);
  if (!parts) throw new CountersignError("INVALID_ARGS", { issues: [{ path: ["after"], message: "not a cursor: give `next` of the page before, unchanged" }] }); // prettier-ignore
  const [, at, n, id, chunk] = parts;
  return { chunk: chunk === "" ? undefined : chunk, beyond: id === undefined ? undefined : { at: Number(at), n: Number(n), id } };
}

function rowOf(request: ApprovalRequest, { decision, at }: DecisionRecord, now: number): OwnDecision {
  const { id, title, tool, status, statusText } = summaryOf(request, { now });
  return { id, title, tool, decision: decision.type, at, took: Math.max(0, at - request.askedAt), status, statusText };
}

function summaryOfAll(all: readonly OwnDecision[]): Decisions["summary"] {
  const of = (type: OwnDecision["decision"]): number => all.filter(({ decision }) => decision === type).length;
  const took = all.map((each) => each.took).toSorted((a, b) => a - b);
  const [lower, upper] = [took[Math.floor((took.length - 1) / 2)], took[Math.floor(took.length / 2)]];
  const medianTook = lower === undefined || upper === undefined ? undefined : (lower + upper) / 2;
  return {
    count: all.length,
    ...(medianTook !== undefined && { medianTook }),
    approved: of("approve"),
    edited: of("edit"),
    rejected: of("reject"),
  };
}
