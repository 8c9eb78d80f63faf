import { differencesOf, personText, visible } from "@countersign/review";
import { jsonText } from "../../look/json-text.ts";
import type { AuditEvent, Review } from "@countersign/server/client";

import { capital } from "./status-line.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** One event of a history, in words. Every text is safe to be drawn. */
export interface Told {
  readonly seq: number;
  readonly at: number;
  /** What happened: `Approved`, `Outcome unknown`. */
  readonly name: string;
  readonly by: string | undefined;
  /** What was said and noted, one a line. */
  readonly said: readonly string[];
  /** What it made of the arguments: `model` is before, `proposed` after. */
  readonly differences: Review["differences"];
}

/** What happens to requests, by the type of its event. */
export const REQUEST_EVENTS: ReadonlyMap<string, string> = new Map([
  ["asked", "Asked"],
  ["granted", "Decided by a remembered decision"],
  ["allowed", "Recorded: the policy allows it"],
  ["voted", "Signed, and others have to sign as well"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["expired", "Expired"],
  ["cancelled", "Cancelled"],
  ["superseded", "Replaced by another request"],
  ["escalated", "Others may sign as well by now"],
  ["reminded", "Reminder given"],
  ["claimed", "Started"],
  ["returned", "Stopped before it had any effect"],
  ["lapsed", "The start was lost: it is tried again"],
  ["unknown", "Started, and nobody knows whether it happened"],
  ["done", "Done"],
  ["failed", "Failed"],
  ["late-receipt", "An outcome was reported too late to count"],
  ["settled", "Settled by hand"],
  ["purged", "Contents removed"],
]);

/** Countersign itself. */
const SYSTEM = "countersign";

/** A request's history in words, as it was. */
export function storyOf(events: readonly AuditEvent[]): readonly Told[] {
  let args: JsonObject | undefined;
  return events.map(({ seq, at, type, actor, data }) => {
    const before = args;
    args = argsIn(data) ?? args;
    return {
      seq,
      at,
      name: REQUEST_EVENTS.get(type) ?? visible(type),
      by: actor && (actor.id === SYSTEM && actor.kind === "service" ? "Countersign" : personText(actor)),
      said: [
        ...noted(data["note"]),
        ...signed(data["decisions"]),
        ...(data["error"] === type ? [] : textsOf({ [type === "cancelled" ? "Reason" : "Error"]: data["error"] })),
      ],
      differences: before && args && args !== before ? differing(before, args) : [],
    };
  });
}

function differing(before: JsonObject, after: JsonObject): Told["differences"] {
  return differencesOf({ args: before, proposal: { args: after, digest: "", by: undefined } });
}

/** The arguments that an event leaves behind, if it says so. */
function argsIn({ args, proposal }: JsonObject): JsonObject | undefined {
  const edited = shownOf(proposal);
  return asObject(edited?.["args"]) ?? shownOf(args);
}

/** Where something is masked, an event has its hash, and beside that what may be seen. */
function shownOf(value: unknown): JsonObject | undefined {
  const object = asObject(value);
  const isMasked = object && Object.keys(object).length === 2 && typeof object["sha256"] === "string" && "masked" in object;
  return isMasked ? asObject(object["masked"]) : object;
}

function signed(decisions: unknown): readonly string[] {
  if (!Array.isArray(decisions)) return [];
  return decisions.flatMap((record: unknown) => {
    const { decision, via } = asObject(record) ?? {};
    const { type, message, comment, then, remember } = asObject(decision) ?? {};
    const { scope } = asObject(remember) ?? {};
    return [
      ...(type === "edit" ? ["The arguments were changed"] : []),
      ...textsOf({
        "To the model": message,
        "The run was told to": then,
        Comment: comment,
        "Remembered for": scope === "tool" ? "any call of the tool" : scope === undefined ? undefined : "the same arguments",
        Through: via,
      }),
    ];
  });
}

function noted(note: unknown): readonly string[] {
  const { origin, ...rest } = asObject(note) ?? {};
  return [...textsOf(rest), ...textsOf(asObject(origin) ?? {})];
}

function textsOf(named: JsonObject): readonly string[] {
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value === null
      ? []
      : [`${capital(visible(name))}: ${typeof value === "string" ? visible(value) : jsonText(value, 0)}`],
  );
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
