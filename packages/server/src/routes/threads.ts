import { z } from "zod";
import type { ListThreads } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { after, limit, pageOf } from "../schemas/answers.ts";
import { ThreadState, ThreadSummary } from "../schemas/records.ts";
import { asking } from "../schemas/wire.ts";

export const listThreads = endpoint({
  id: "listThreads",
  method: "get",
  path: "/v1/threads",
  summary:
    "Where runs stand. For operators, auditors and readers; an agent's key finds its own agent's. A page may be short: next says whether there are more.",
  query: asking<ListThreads>()(z.strictObject({ state: ThreadState.optional(), limit: limit(1_000), after })),
  answer: pageOf(ThreadSummary, "Threads"),
  run: async ({ gate, rights, caller }, { query }) => {
    if (!rights.seesThreads) throw new HttpError("FORBIDDEN");
    const { state, ...page } = query;
    // Of all threads the page could end with another agent's, and next would name it.
    const agent = rights.seesAll ? undefined : caller.agent;
    if (agent === undefined && !rights.seesAll) return { items: [] };
    const { items, unreadable, next } = await gate.threads({
      ...defined(page),
      ...(state && { state }),
      ...(agent !== undefined && { agent }),
    });
    return {
      items: items.filter(({ agent }) => rights.seesThreadOf(agent)),
      ...(rights.seesAll && unreadable && { unreadable }),
      ...(next !== undefined && { next }),
    };
  },
});

function defined({ limit: size, after: from }: { readonly limit?: number | undefined; readonly after?: string | undefined }) {
  return { ...(size !== undefined && { limit: size }), ...(from !== undefined && { after: from }) };
}
