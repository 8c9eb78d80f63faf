import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { PastCall, JsonObject, Principal } from "@countersign/core";
import { parsePage, proposedArgs, shownAs, type RequestRecord, type StorePort } from "@countersign/core/store";
import type { SimulatedCall, Simulator } from "@countersign/policy";
import { z } from "zod";
import { unread, usage } from "../failure.ts";

const PAGE = 200;

/** Every call on record, the oldest first, as it was proposed. */
export async function* recorded(store: StorePort, tenant: string, since: number, simulator: Simulator): AsyncGenerator<SimulatedCall> {
  for (let after: string | undefined; ;) {
    const page = parsePage(await store.listRequests(tenant, { limit: PAGE, ...(after !== undefined && { after }) }));
    const records = page.items.filter(({ askedAt }) => askedAt >= since);
    yield* callsOf(store, tenant, records, simulator);
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function* callsOf(
  store: StorePort,
  tenant: string,
  records: readonly RequestRecord[],
  simulator: Simulator,
): AsyncGenerator<SimulatedCall> {
  const threadIds = [...new Set(records.map(({ threadId }) => threadId))];
  const threads = await Promise.all(threadIds.map((threadId) => store.getThread(tenant, threadId)));
  const contexts = new Map(threads.map((thread) => [thread?.id, thread?.context]));
  for (const record of records) {
    const { id, tool, namespace, args, agent, threadId, requestedBy, decisions, judgedAt: now } = record;
    const call = { id, tool, namespace, args, agent, threadId, requestedBy, now, context: contexts.get(threadId) };
    const history = simulator.countsHistory(call) ? await ranBefore(store, tenant, record) : undefined;
    yield { ...call, history, was: fate(record), signatures: decisions.length };
  }
}

function fate(record: RequestRecord): SimulatedCall["was"] {
  const { decisions, grantId, proposal } = record;
  const [status] = shownAs(record);
  if (status !== "approved") return status;
  if (grantId !== undefined) return "granted";
  if (decisions.length === 0) return "allowed";
  return proposal.by ? "edited" : "approved";
}

/** What had run in its thread when it was asked about, as far as the record tells. */
export async function ranBefore(
  store: StorePort,
  tenant: string,
  { id, threadId, askedAt }: Pick<RequestRecord, "id" | "threadId" | "askedAt">,
): Promise<readonly PastCall[]> {
  const records = await store.requestsOfThread(tenant, threadId);
  return records
    .filter((other) => other.id !== id && other.askedAt <= askedAt && shownAs(other)[0] === "approved")
    .map((other) => ({ tool: other.tool, namespace: other.namespace, args: proposedArgs(other) }));
}

const sampled = z.object({
  at: z.number(),
  rate: z.number().gt(0).lte(1),
  tool: z.string(),
  namespace: z.string().optional(),
  args: z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
  agent: z.string(),
  threadId: z.string(),
  requestedBy: z.custom<Principal>((value) => typeof value === "object" && value !== null && "id" in value).optional(),
  context: z.unknown().optional(),
  missed: z.number().optional(),
});

/** Allowed calls that `sampler` has kept. What it missed counts with those that it kept. @throws Failure for a line that isn't one */
export async function* sampledIn(path: string, since: number): AsyncGenerator<SimulatedCall> {
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path, "utf8") })) {
      number++;
      if (line.trim() === "") continue;
      const { at, rate, missed = 0, ...call } = sampled.parse(JSON.parse(line));
      if (at >= since) yield { ...call, now: at, was: "allowed", weight: (1 + missed) / rate };
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw unread(path, error);
    throw usage(`${path}:${number}: this is not a sampled call. Name a file that sampler({ to }) wrote.`);
  }
}
