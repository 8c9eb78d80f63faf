import type { Gate, Unreadable } from "@countersign/core";
import { count } from "../output/count.ts";
import { ok, problem, type Finding } from "./finding.ts";

/** Pages of requests that are looked at, the newest first. */
const PAGES = 10;

/** Requests that another version wrote, or that were damaged: they are passed over everywhere, and their threads stand still. */
export async function records(gate: Gate): Promise<readonly Finding[]> {
  const unreadable = await unreadableIn(gate);
  const [first] = unreadable;
  if (!first) return [ok("records", "Every request that was looked at can be read.")];
  const message = `${count(unreadable.length, "request")} can't be read, such as ${first.id}: ${first.reason}.`;
  const advice = "Use the version that wrote it, or compare it with a backup. countersign verify names all of them.";
  return [problem("records", message, advice)];
}

async function unreadableIn(gate: Gate): Promise<readonly Unreadable[]> {
  const found: Unreadable[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES; pages++) {
    const page = await gate.list({ order: "newest", limit: 1_000, ...(after === undefined ? {} : { after }) });
    found.push(...(page.unreadable ?? []));
    if (page.next === undefined) break;
    after = page.next;
  }
  return found;
}
