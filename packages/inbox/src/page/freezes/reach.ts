import type { Client, ListRequests, Summary } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { stopsTool, type FreezeScope } from "./freeze-scope.ts";

/** How many, or at least how many. */
export interface Count {
  readonly atLeast: number;
  readonly isCapped: boolean;
}

/** The requests that a freeze would be about. */
export interface Reach {
  readonly waiting: Count;
  /** And not begun. */
  readonly approved: Count;
  readonly running: Count;
  /** Was anything ever asked of it? */
  readonly isKnown: boolean;
}

/** Rows that are looked at where the server can't count by itself. */
const LOOKED_AT = 200;

export async function readReach(client: Client, scope: FreezeScope, signal: AbortSignal): Promise<Reach> {
  const [waiting, approved, running, any] = await Promise.all([
    counted(client, scope, { status: "pending" }, signal),
    counted(client, scope, { status: "approved", execution: "none" }, signal),
    counted(client, scope, { execution: "executing" }, signal),
    counted(client, scope, { order: "newest" }, signal),
  ]);
  return { waiting, approved, running, isKnown: any.atLeast > 0 || any.isCapped };
}

/** The server knows tools by their names alone: those with a namespace or a `*` are looked for among the rows. */
async function counted(client: Client, { tool, agent }: FreezeScope, query: ListRequests, signal: AbortSignal): Promise<Count> {
  if (tool === undefined || !/[*/]/.test(tool)) {
    const { count } = await client.listRequests({ ...query, tool, agent, count: true, limit: 1 }, { signal });
    return count ?? { atLeast: 0, isCapped: true };
  }
  const name = tool.slice(tool.lastIndexOf("/") + 1);
  const narrowed = name.includes("*") ? {} : { tool: name };
  const { items, next } = await client.listRequests({ ...query, ...narrowed, agent, limit: LOOKED_AT }, { signal });
  const isMeant = (row: Summary): boolean => stopsTool(visible(tool), row.tool);
  return { atLeast: items.filter(isMeant).length, isCapped: next !== undefined };
}

/** What the freeze does to them, in words. */
export function freezingTexts({ waiting, approved, running }: Reach): readonly string[] {
  return [
    said(approved, "No approved request waits to start.", "approved request will not start. Its signatures stay good.", "approved requests will not start. Their signatures stay good."), // prettier-ignore
    said(waiting, "No request waits for a decision.", "waiting request keeps waiting. It can be decided.", "waiting requests keep waiting. They can be decided."), // prettier-ignore
    said(running, "Nothing is running.", "call is running. It goes on: a freeze doesn't stop what has begun.", "calls are running. They go on: a freeze doesn't stop what has begun."), // prettier-ignore
  ];
}

/** What goes on once it is lifted. */
export function liftingTexts({ waiting, approved }: Reach): readonly string[] {
  return [
    said(approved, "No approved request waits to start.", "approved request can start. A worker looks within five minutes.", "approved requests can start. A worker looks within five minutes."), // prettier-ignore
    said(waiting, "No request waits for a decision.", "waiting request can start once it is approved.", "waiting requests can start once they are approved."), // prettier-ignore
  ];
}

function said({ atLeast, isCapped }: Count, none: string, one: string, many: string): string {
  if (atLeast === 0 && !isCapped) return none;
  const count = atLeast === 0 ? "Perhaps some" : `${atLeast.toLocaleString("en-US")}${isCapped ? " or more" : ""}`;
  return `${count} ${atLeast === 1 && !isCapped ? one : many}`;
}
