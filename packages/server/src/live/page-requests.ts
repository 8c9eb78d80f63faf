import type { ApprovalRequest, Gate } from "@countersign/core";
import type { FeedPage } from "@countersign/core/surface";
import { isOfRecord } from "../access/find-request.ts";

const IS_REQUEST = /^[0-9a-f]{32}$/;

/** Everybody who listens gets the same page: its requests are read once, whoever may see them. */
const read = new WeakMap<FeedPage, Promise<ReadonlyMap<string, ApprovalRequest>>>();

/** The requests that a page's events are about, by their ids. One that can't be read, or was forged, is left out: it stops nobody's events. @throws STORE_UNAVAILABLE */
export function requestsOf(page: FeedPage, gate: Gate): Promise<ReadonlyMap<string, ApprovalRequest>> {
  const known = read.get(page);
  if (known) return known;
  const reading = readAll(page, gate);
  read.set(page, reading);
  reading.catch(() => read.delete(page));
  return reading;
}

async function readAll({ events }: FeedPage, gate: Gate): Promise<ReadonlyMap<string, ApprovalRequest>> {
  const ids = new Set(events.map(({ subject }) => subject).filter((subject) => IS_REQUEST.test(subject)));
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
