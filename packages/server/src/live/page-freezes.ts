import type { AuditEvent, Freeze, Gate } from "@countersign/core";
import type { FeedPage } from "@countersign/core/surface";
import { oncePerPage } from "./once-per-page.ts";

const FREEZES = "thread/countersign/freezes";

/** The freeze that each of a page's events put into force or ended, if it is about one. @throws STORE_UNAVAILABLE */
export const freezesOf: (page: FeedPage, gate: Gate) => Promise<ReadonlyMap<AuditEvent, Freeze>> = oncePerPage(readAll);

async function readAll({ events }: FeedPage, gate: Gate): Promise<ReadonlyMap<AuditEvent, Freeze>> {
  const those = events.filter(({ subject }) => subject === FREEZES);
  const byId = new Map<unknown, Freeze>();
  if (those.some(({ type }) => type !== "frozen")) for await (const earlier of gate.history(FREEZES)) addTo(byId, earlier);
  for (const event of those) addTo(byId, event);
  return new Map(
    those.flatMap((event) => {
      const freeze = byId.get(noteOf(event)["id"]);
      return freeze ? [[event, freeze] as const] : [];
    }),
  );
}

function addTo(byId: Map<unknown, Freeze>, event: AuditEvent): void {
  const { id, tool, agent, reason } = noteOf(event);
  if (event.type !== "frozen" || !event.actor) return;
  const scope = { ...(typeof tool === "string" && { tool }), ...(typeof agent === "string" && { agent }) };
  byId.set(id, { ...scope, id: String(id), reason: String(reason), by: event.actor, at: event.at });
}

function noteOf({ data }: AuditEvent): Readonly<Record<string, unknown>> {
  const { note } = data;
  return typeof note === "object" && note !== null ? (note as Record<string, unknown>) : {};
}
