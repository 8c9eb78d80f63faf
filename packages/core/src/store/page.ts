import type { Page } from "../contract/request.ts";
import { parseRequest } from "./parse-records.ts";
import type { RequestRecord } from "./records.ts";
import { readEach } from "./unreadable.ts";

/** A page as a store gave it, each item read. What can't be is named beside what the store itself could not read. */
export function readPage<T>({ items, unreadable = [], next }: Page<T>, read: (item: T) => T): Page<T> {
  const found = readEach(items, read);
  const all = [...unreadable, ...(found.unreadable ?? [])];
  return { items: found.items, ...(all.length > 0 ? { unreadable: all } : {}), next };
}

/** A page as a store gave it, checked. */
export function parsePage(page: Page<RequestRecord>): Page<RequestRecord> {
  return readPage(page, parseRequest);
}
