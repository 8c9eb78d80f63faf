import type { ApprovalRequest, Gate } from "@countersign/core";
import type { FeedPage } from "@countersign/core/surface";
import { isOfRecord, REQUEST_ID } from "../access/find-request.ts";
import { oncePerPage } from "./once-per-page.ts";

/** The requests that a page's events are about, by their ids. One that can't be read, or was forged, is left out: it stops nobody's events. @throws STORE_UNAVAILABLE */
export const requestsOf: (page: FeedPage, gate: Gate) => Promise<ReadonlyMap<string, ApprovalRequest>> = oncePerPage(readAll);

async function readAll({ events }: FeedPage, gate: Gate): Promise<ReadonlyMap<string, ApprovalRequest>> {
  const ids = new Set(events.map(({ subject }) => subject).filter((subject) => REQUEST_ID.test(subject)));
  const requests = new Map<string, ApprovalRequest>();
  for (const id of ids) {
    const request = await readOne(gate, id);
    if (request) requests.set(id, request);
  }
  return requests;
}

async function readOne(gate: Gate, id: string): Promise<ApprovalRequest | undefined> {
  try {
    return await gate.get(id);
  } catch (error) {
    if (isOfRecord(error)) return undefined;
    throw error;
  }
}
