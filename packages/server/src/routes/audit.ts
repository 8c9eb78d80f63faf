import type { AuditEvent as Happened, Gate } from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { z } from "zod";
import type { ListAudit, Trail } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { limit, timeGiven } from "../schemas/answers.ts";
import { AuditEvent } from "../schemas/records.ts";
import { asking, describing } from "../schemas/wire.ts";
import { exported, type Read } from "./exported.ts";

const NDJSON = "application/x-ndjson";
const PAGE = 100;
const MOST = 1_000;
/** A filter that nothing fits ends here, and its reader goes on from there. */
const READS = 20;

const query = asking<ListAudit & { readonly format?: "ndjson" | undefined }>()(
  z.strictObject({
    subject: z.string().min(1).optional().describe("A request's id; thread/ or grant/ and the id."),
    type: z.string().optional().describe("Such as asked, approved, rejected, expired, claimed, done."),
    actor: z.string().optional().describe("The id of whoever did it."),
    since: timeGiven().describe("Unix ms: not before."),
    until: timeGiven().describe("Unix ms: before."),
    limit: limit(MOST),
    after: z.string().optional().describe("position of the page before, with the same subject."),
    format: z.enum(["ndjson"]).optional().describe("As Accept: application/x-ndjson, and as a file to save."),
  }),
);
type Query = z.output<typeof query>;

const TrailAnswer = describing<Trail>()(
  z
    .object({
      items: z.array(AuditEvent).readonly(),
      position: z.string().optional().describe("Save it, and give it as after to go on from there. Absent: there is nothing yet."),
      isEnd: z.boolean().describe("There is no more now. Until then a page may be short, or empty."),
    })
    .meta({ id: "Trail" }),
);

export const listAudit = endpoint({
  id: "listAudit",
  method: "get",
  path: "/v1/audit",
  summary: "What happened in the tenant, in the order of the commits. For operators, auditors and readers. As NDJSON: all of it.",
  query,
  answer: TrailAnswer,
  also: NDJSON,
  run: async (context, given) => {
    if (!context.rights.seesTrail) throw new HttpError("FORBIDDEN");
    const read = readerOf(context.gate, given.query);
    const isFile = given.query.format === "ndjson";
    if (!isFile && !context.request.headers.get("accept")?.includes(NDJSON)) return page(read, given.query);
    // As of a live stream: nobody would end it.
    context.signal.throwIfAborted();
    const lines = exported(context, read, { after: given.query.after, isWanted: (event) => isWanted(event, given.query) });
    return new Response(lines, {
      headers: { "Content-Type": NDJSON, ...(isFile && { "Content-Disposition": 'attachment; filename="audit.ndjson"' }) },
    });
  },
});

/** A store knows its events by their order and by their subject: all other conditions are looked at here, event by event. */
function readerOf(gate: Gate, { subject }: Query): Read {
  if (subject !== undefined) return (after, size) => chainPage(gate, subject, after, size);
  const feed = createFeed(gate);
  return async (after, size) => {
    const { events, position } = await feed.page(after, size);
    return { events, position, isEnd: events.length < size };
  };
}

/** The position in one chain is the number of its last event. */
async function chainPage(gate: Gate, subject: string, after = "0", size: number): ReturnType<Read> {
  const from = /^\d{1,15}$/.test(after) ? Number(after) : Infinity;
  const events: Happened[] = [];
  for await (const event of gate.history(subject)) {
    if (event.seq <= from) continue;
    if (events.length === size) return { events, position: String(events.at(-1)?.seq), isEnd: false };
    events.push(event);
  }
  return { events, position: String(events.at(-1)?.seq ?? after), isEnd: true };
}

async function page(read: Read, given: Query): Promise<Trail> {
  const { limit: size = PAGE } = given;
  const items: Happened[] = [];
  let position = given.after;
  for (let reads = 0; reads < READS && items.length < size; reads++) {
    const found = await read(position, size - items.length);
    items.push(...found.events.filter((event) => isWanted(event, given)));
    position = found.position ?? position;
    if (found.isEnd) return { items, isEnd: true, ...(position !== undefined && { position }) };
  }
  return { items, isEnd: false, ...(position !== undefined && { position }) };
}

function isWanted({ type, actor, at }: Happened, wanted: Query): boolean {
  return (
    (wanted.type === undefined || type === wanted.type) &&
    (wanted.actor === undefined || actor?.id === wanted.actor) &&
    (wanted.since === undefined || at >= wanted.since) &&
    (wanted.until === undefined || at < wanted.until)
  );
}
