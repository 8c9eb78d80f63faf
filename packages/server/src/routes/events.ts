import { createFeed } from "@countersign/core/surface";
import { z } from "zod";
import type { LiveEvents, ListEvents } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { EVENT_STREAM, isLive } from "../http/is-live.ts";
import { eventStream } from "../live/event-stream.ts";
import { visibleEvents } from "../live/visible-events.ts";
import { limit } from "../schemas/answers.ts";
import { Execution, Status } from "../schemas/request.ts";
import { asking, describing, time } from "../schemas/wire.ts";

/** Events that a page has, where nobody says how many. */
const PAGE = 50;
const MOST = 1_000;

const LiveEventsAnswer = describing<LiveEvents>()(
  z
    .object({
      items: z
        .array(
          z
            .object({
              subject: z.string().describe("A request's id; thread/ or grant/ and the id. With seq the event's name."),
              seq: z.int(),
              type: z.string().describe("Such as asked, approved, claimed, done."),
              at: time(),
              request: z
                .object({ id: z.string(), version: z.int(), status: Status, execution: Execution })
                .optional()
                .describe("The request as it is by now."),
            })
            .meta({ id: "LiveEvent" }),
        )
        .readonly(),
      position: z.string().describe("Save it, and give it as after to go on from there."),
      isEnd: z.boolean().describe("There is no more now. Until then a page may be short, or empty."),
    })
    .meta({ id: "LiveEvents" }),
);

export const listEvents = endpoint({
  id: "listEvents",
  method: "get",
  path: "/v1/events",
  summary: "What happens to what you may see, in the order of the commits. As text/event-stream: live, and Last-Event-ID goes on.",
  query: asking<ListEvents>()(
    z.strictObject({
      after: z.string().min(1).optional().describe("position of the answer before. Absent: from now on."),
      limit: limit(MOST),
    }),
  ),
  answer: LiveEventsAnswer,
  also: EVENT_STREAM,
  run: async (context, { query }) => {
    const { gate, request, caller, signal, streams } = context;
    const feed = createFeed(gate);
    const live = isLive(request);
    const after = (live ? request.headers.get("last-event-id") || undefined : undefined) ?? query.after;
    if (!live) {
      if (after === undefined) return { items: [], position: await feed.position(), isEnd: true };
      const { limit: size = PAGE } = query;
      const page = await feed.page(after, size);
      return { items: await visibleEvents(context, page), position: page.position, isEnd: page.events.length < size };
    }
    // What is no position is refused before anything is streamed.
    const from = after === undefined ? await feed.position() : (await feed.page(after, 1), after);
    // Nobody would read it, or end it: the time is over, or they have gone.
    signal.throwIfAborted();
    const headers = { "Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no" };
    return new Response(eventStream(context, from, streams.open(caller, signal)), { headers });
  },
});
