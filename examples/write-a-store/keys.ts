import type { PageEnd } from "@countersign/core/store";

/** Numbers are padded, so that keys sort as numbers do. */
const padded = (part: string | number): string => (typeof part === "number" ? String(part).padStart(16, "0") : part);

/** Quoted, so that no two lists of names ever make the same key: `a/b` + `c` isn't `a` + `b/c`. */
export const key = (...parts: readonly (string | number)[]): string => parts.map((part) => `${JSON.stringify(padded(part))},`).join("");

/** The last part of a key: the id of the record that is kept there. */
export const idIn = (place: string): string => String((JSON.parse(`[${place.slice(0, -1)}]`) as unknown[]).at(-1));

/** Where what is kept. What begins alike lies together: that is all the indexes there are. */
export const keys = {
  request: (tenant: string, id: string): string => key(tenant, "request", id),
  thread: (tenant: string, id: string): string => key(tenant, "thread", id),
  grant: (tenant: string, id: string): string => key(tenant, "grant", id),
  /** How many requests and events there have been: the order of asking, and of commits. */
  count: (tenant: string, of: "request" | "event"): string => key(tenant, "count", of),
  byThread: (tenant: string, threadId: string): string => key(tenant, "by-thread", threadId),
  byTurn: (tenant: string, threadId: string, turnId: string): string => key(tenant, "by-turn", threadId, turnId),
  unfinished: (tenant: string, threadId: string): string => key(tenant, "unfinished", threadId),
  byTime: (tenant: string): string => key(tenant, "by-time"),
  byDeadline: (tenant: string): string => key(tenant, "by-deadline"),
  event: (tenant: string): string => key(tenant, "event"),
  chain: (tenant: string, subject: string): string => key(tenant, "chain", subject),
};

/** Where a request stands in the order of deadlines. What has none comes last. */
export const deadlineKey = ({ askedAt, id, expiresAt = Number.MAX_SAFE_INTEGER }: PageEnd): string => key(expiresAt, askedAt, id);
