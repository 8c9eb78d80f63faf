import type { Question } from "../gate/question.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";

/** The rejected requests that these questions revise, by the questions' ids: looked up once for each tool. */
export async function revisedBy(
  kernel: Kernel,
  { threadId, first, declared }: Invocation,
  fresh: readonly Question[],
  thread: ThreadRecord | undefined,
): Promise<ReadonlyMap<string, string>> {
  const asked = fresh.filter(({ allowed }) => !allowed);
  if (!thread || asked.length === 0 || (first && declared.size === 0)) return new Map();
  const tools = [...new Set(asked.map(({ call }) => call.tool))];
  const last = new Map(await Promise.all(tools.map(async (tool) => [tool, await lastRejected(kernel, threadId, tool)] as const)));
  return new Map(
    asked.flatMap(({ id, call }) => {
      const rejected = last.get(call.tool);
      const isRevised = rejected && invitesRevision(rejected) && rejected.turnId !== call.turnId && rejected.namespace === call.namespace;
      return isRevised ? [[id, rejected.id] as const] : [];
    }),
  );
}

async function lastRejected({ ledger }: Kernel, threadId: string, tool: string): Promise<RequestRecord | undefined> {
  const { items } = await ledger.list({ threadId, tool, status: "rejected", order: "newest", limit: 1 });
  return items[0];
}

function invitesRevision({ decisions }: RequestRecord): boolean {
  const decision = decisions.at(-1)?.decision;
  return decision?.type === "reject" && decision.then === "revise";
}
