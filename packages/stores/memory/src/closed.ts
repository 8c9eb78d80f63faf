import type { Tenant } from "./tenant.ts";

/** Ids of threads that were closed before then (Unix ms), the oldest first. */
export function closedThreads({ threads }: Tenant, before: number, limit: number): readonly string[] {
  return [...threads.values()]
    .flatMap(({ id, state, closedAt = Infinity }) => (state === "closed" && closedAt < before ? [{ id, closedAt }] : []))
    .sort((a, b) => a.closedAt - b.closedAt)
    .slice(0, Math.max(0, limit))
    .map(({ id }) => id);
}
