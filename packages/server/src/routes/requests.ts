import { isStopped, type ApprovalRequest, type RequestQuery } from "@countersign/core";
import { summaryOf } from "@countersign/review";
import { z } from "zod";
import type { ListRequests, Requests } from "../client/answers.ts";
import { endpoint, type Context } from "../http/endpoint.ts";
import { after, flag, limit, pageOf, timeGiven } from "../schemas/answers.ts";
import { Execution, Status } from "../schemas/request.ts";
import { Summary } from "../schemas/review.ts";
import { asking, describing } from "../schemas/wire.ts";

/** A page of rows can't be drawn with more. */
const MOST = 200;
/** Nobody reads a larger number, and counting takes time. */
const COUNTED = 1_000;

const query = asking<ListRequests>()(
  z.strictObject({
    status: Status.optional(),
    execution: Execution.optional(),
    tool: z.string().optional(),
    thread: z.string().optional().describe("The thread's id."),
    agent: z.string().optional(),
    requestedBy: z.string().optional().describe("The id of whoever asked."),
    decidedBy: z.string().optional().describe("An id of somebody who signed it."),
    digest: z.string().optional().describe("Of what would run: the same call, wherever it was asked."),
    askedBefore: timeGiven().describe("Unix ms."),
    idPrefix: z.string().optional().describe("The beginning of its id."),
    search: z.string().optional().describe("Words in its id, tool, agent, requester and thread."),
    mine: flag().describe("Only what you could sign now."),
    order: z.enum(["oldest", "newest", "deadline"]).optional(),
    limit: limit(MOST),
    after,
    count: flag().describe("Count all of them, too."),
  }),
);

const RequestsAnswer = describing<Requests>()(
  pageOf(Summary, "Requests")
    .extend({
      count: z
        .object({ atLeast: z.int(), isCapped: z.boolean().describe("There are that many or more.") })
        .optional()
        .describe("On demand: how many there are on all pages together."),
    })
    .meta({ id: "Requests" }),
);

export const listRequests = endpoint({
  id: "listRequests",
  method: "get",
  path: "/v1/requests",
  summary: "Requests that you may see, as rows of a list.",
  query,
  answer: RequestsAnswer,
  run: async (context, { query: { count, ...wanted } }) => {
    const { gate, rights } = context;
    const narrowed = rights.narrowed(queryOf(context, wanted));
    if (!narrowed) return { items: [], ...(count && { count: { atLeast: 0, isCapped: false } }) };
    const { order: _order, limit: _limit, after: _after, ...conditions } = narrowed;
    const [page, freezes, counted] = await Promise.all([
      gate.list(narrowed),
      gate.freezes(),
      count ? gate.count(conditions, { cap: COUNTED }) : undefined,
    ]);
    const now = Date.now();
    const items = page.items.map((request) =>
      summaryOf(request, { now, duplicates: sameCall(request, page.items), freezes: freezes.filter((each) => isStopped(each, request)) }),
    );
    return {
      items,
      ...(rights.seesAll && page.unreadable && { unreadable: page.unreadable }),
      ...(page.next !== undefined && { next: page.next }),
      ...(counted !== undefined && { count: { atLeast: counted, isCapped: counted >= COUNTED } }),
    };
  },
});

function queryOf({ caller }: Context, { mine, thread, ...rest }: Omit<z.output<typeof query>, "count">): RequestQuery {
  const given = { ...rest, threadId: thread, reviewableBy: mine ? caller.by : undefined };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** On the same page, which takes no further read: the review of a request looks everywhere. */
function sameCall({ proposal }: ApprovalRequest, items: readonly ApprovalRequest[]): readonly ApprovalRequest[] {
  return items.filter((other) => other.proposal.digest === proposal.digest);
}
