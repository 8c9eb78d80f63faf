import type { AuditEvent, Client } from "@countersign/server/client";
import type { AuditFilter } from "./audit-filter.ts";

/** Events that are drawn at once. */
export const SHOWN = 100;
/** Looked through at once where most events are not meant: the server looks at each of them. */
const SOUGHT = 1_000;

interface TrailPage {
  readonly items: readonly AuditEvent[];
  readonly next?: string | undefined;
}

/** Goes on until something is found, or the trail ends: the server's answers are short, or empty, where few events fit. */
export async function readTrail(client: Client, filter: AuditFilter, from: string | undefined, signal: AbortSignal): Promise<TrailPage> {
  const { subject, ...conditions } = filter;
  const isSought = Object.keys(conditions).length > 0;
  const items: AuditEvent[] = [];
  for (let after = from; ;) {
    const page = await client.listAudit({ ...filter, after, limit: isSought ? SOUGHT : SHOWN }, { signal });
    items.push(...page.items);
    if (page.isEnd) return { items };
    after = page.position ?? after;
    if (items.length >= SHOWN) return { items, next: after };
  }
}
