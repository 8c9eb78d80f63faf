import { randomUUID } from "node:crypto";
import type { Decision as GivenDecision } from "@countersign/core";
import { isCountersignError } from "@countersign/core";
import { z } from "zod";
import { acting, viaOf } from "../access/acting.ts";
import { findRequest } from "../access/find-request.ts";
import { shownRequest } from "../access/shown.ts";
import { endpoint, type Context } from "../http/endpoint.ts";
import { HttpError, problemOf } from "../http/problem.ts";
import { visibleError } from "../http/visible-error.ts";
import { DecidedTogether, RequestId } from "../schemas/answers.ts";
import { BatchDecision } from "../schemas/decision.ts";

/** Nobody has looked at more of them. */
const MOST = 100;

export const decideTogether = endpoint({
  id: "decideTogether",
  method: "post",
  path: "/v1/decisions",
  summary: "One decision about several requests, where their terms allow that. Each is decided and answered by itself.",
  signs: true,
  body: z
    .strictObject({
      items: z
        .array(z.strictObject({ id: RequestId, digest: z.string().optional() }))
        .min(1)
        .max(MOST)
        .refine((items) => new Set(items.map(({ id }) => id)).size === items.length, "names a request twice"),
      decision: BatchDecision,
    })
    .meta({ id: "DecidingTogether" }),
  answer: DecidedTogether,
  run: async (context, { body: { items, decision } }) => {
    const seen = items.map(({ id, digest }) => {
      if (digest === undefined) throw new HttpError("DIGEST_REQUIRED");
      return { id, digest };
    });
    const batch = randomUUID();
    const answers: DecidedTogether["items"][number][] = [];
    // One after the other: others write, too, and a store has one writer.
    for (const item of seen) answers.push(await decideOne(context, item, decision, batch));
    return { batch, items: answers };
  },
});

type Item = { readonly id: string; readonly digest: string };

/** What went wrong with one tells nothing of the others. */
async function decideOne(context: Context, item: Item, decision: GivenDecision, batch: string): Promise<DecidedTogether["items"][number]> {
  const { gate, rights, requestId } = context;
  const { id } = item;
  try {
    await findRequest(context, id);
    if (!rights.maySign) throw new HttpError("FORBIDDEN");
    const decided = await gate.decide(item, decision, { ...(await acting(context)), via: viaOf(context), batch });
    return { id, status: 200, request: await shownRequest(context, decided) };
  } catch (error) {
    // Whoever runs the server has to hear of it.
    if (!isCountersignError(error) && !(error instanceof HttpError)) throw error;
    const { problem } = problemOf(visibleError(error, context), requestId);
    return { id, status: problem.status, problem };
  }
}
