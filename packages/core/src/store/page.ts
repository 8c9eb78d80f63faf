import type { Page } from "../contract/request.ts";
import { parseRequest } from "./parse-records.ts";
import type { RequestRecord } from "./records.ts";
import { readEach } from "./unreadable.ts";

/** A page as a store gave it, checked. What can't be read is named beside what the store itself could not read. */
export function parsePage({ items, unreadable = [], next }: Page<RequestRecord>): Page<RequestRecord> {
  const read = readEach(items, (item) => parseRequest(item));
  const all = [...unreadable, ...(read.unreadable ?? [])];
  return { items: read.items, ...(all.length > 0 ? { unreadable: all } : {}), next };
}
