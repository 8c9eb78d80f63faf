import type { AuditEvent, DecisionRecord, Gate } from "@countersign/core";
import type { Feed } from "@countersign/core/surface";
import { toolText, visible } from "@countersign/review";
import type { Line, Style } from "../output/output.ts";
import { iso } from "../output/when.ts";

/** One decision of somebody, whichever surface it came through. */
export interface Decided {
  /** Unix ms. */
  readonly at: number;
  readonly type: "decided";
  readonly requestId: string;
  readonly tool: string;
  readonly threadId: string;
  readonly agent: string;
  readonly decision: "approve" | "edit" | "reject";
  /** Where the request stands since: `pending` if more have to sign. */
  readonly status: string;
  readonly by: string;
  /** The surface. */
  readonly via: string | undefined;
}

/** Every decision from now on, as it is made, until the signal. */
export async function* decisionsOf(gate: Gate, feed: Feed, signal: AbortSignal): AsyncGenerator<Decided, void, void> {
  for await (const { events } of feed.listen({ signal })) for (const event of events) yield* decisionsIn(gate, event);
}

async function* decisionsIn(gate: Gate, { subject, at, data }: AuditEvent): AsyncGenerator<Decided, void, void> {
  const { decisions = [] } = data as { readonly decisions?: readonly DecisionRecord[] };
  // An event of a grant has none.
  const request = decisions.length === 0 ? undefined : await gate.get(subject);
  if (!request) return;
  const { id: requestId, threadId, agent, status } = request;
  for (const { decision, by, via } of decisions)
    yield { at, type: "decided", requestId, tool: toolText(request), threadId, agent, decision: decision.type, status, by: by.id, via };
}

const WORDS: Readonly<Record<Decided["decision"], readonly [string, Style]>> = {
  approve: ["approved", "green"],
  edit: ["edited", "yellow"],
  reject: ["rejected", "red"],
};

/** In a row, for people. */
export function decidedLine({ at, requestId, tool, decision, status, by, via }: Decided): Line {
  const [text, style] = WORDS[decision];
  const more = status === "pending" ? ", others have to sign, too" : "";
  const what = visible(`request ${requestId} (${tool}) by ${by}${via === undefined ? "" : `, through ${via}`}${more}`);
  return [`${iso(at).slice(11, 19)} `, { style, text: text.padEnd(8) }, " ", what];
}
