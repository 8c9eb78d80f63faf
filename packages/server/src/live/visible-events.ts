import type { AuditEvent, Freeze } from "@countersign/core";
import type { FeedPage } from "@countersign/core/surface";
import { seenLately } from "../access/seen-lately.ts";
import type { Context } from "../http/endpoint.ts";
import { liveEvent, type LiveEvent } from "./live-event.ts";
import { freezesOf } from "./page-freezes.ts";
import { requestsOf } from "./page-requests.ts";

/** The events of a page that they may see. @throws STORE_UNAVAILABLE: then none was passed over */
export async function visibleEvents(context: Context, page: FeedPage): Promise<readonly LiveEvent[]> {
  const { gate, rights } = context;
  const requests = await requestsOf(page, gate);
  const freezing = rights.seesAll ? new Set<AuditEvent>() : await seenFreezing(context, await freezesOf(page, gate));
  const now = Date.now();
  const visible: LiveEvent[] = [];
  for (const event of page.events) {
    const request = requests.get(event.subject);
    const isSeen = rights.seesAll || (request ? rights.sees(request, now) : freezing.has(event));
    if (isSeen) visible.push(liveEvent(event, request));
  }
  return visible;
}

/** That something was frozen or lifted is told to those who see the freeze. */
async function seenFreezing(context: Context, freezes: ReadonlyMap<AuditEvent, Freeze>): Promise<ReadonlySet<AuditEvent>> {
  if (freezes.size === 0) return new Set();
  const seen = await seenLately(context);
  return new Set([...freezes].flatMap(([event, freeze]) => (context.rights.seesFreeze(freeze, seen) ? [event] : [])));
}
