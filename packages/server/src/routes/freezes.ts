import { CountersignError, isSamePerson, type Freeze as Frozen, type FreezeScope } from "@countersign/core";
import { z } from "zod";
import { acting } from "../access/acting.ts";
import { askedLately } from "../access/asked-lately.ts";
import { seenLately } from "../access/seen-lately.ts";
import { endpoint, type Context } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { Nothing } from "../schemas/answers.ts";
import { Freeze } from "../schemas/records.ts";

export const listFreezes = endpoint({
  id: "listFreezes",
  method: "get",
  path: "/v1/freezes",
  summary: "What is frozen now, the oldest first: all of it for operators and auditors, for others what concerns them.",
  answer: z.object({ items: z.array(Freeze).readonly() }).meta({ id: "Freezes" }),
  run: async (context) => ({ items: await visibleFreezes(context) }),
});

export const freeze = endpoint({
  id: "freeze",
  method: "post",
  path: "/v1/freezes",
  summary:
    "Stops executions of a tool, of an agent or (with neither) of the whole tenant. For operators, and of a tool for whoever may sign it.",
  body: z
    .strictObject({
      tool: z.string().min(1).optional().describe("As rules are named: send_payment, billing/*."),
      agent: z.string().min(1).optional(),
      reason: z.string().min(1),
    })
    .meta({ id: "Freezing" }),
  answer: Freeze,
  run: async (context, { body: { tool, agent, reason } }) => {
    const { gate, rights, caller } = context;
    const scope: FreezeScope = { ...(tool !== undefined && { tool }), ...(agent !== undefined && { agent }) };
    if (!rights.mayFreeze(scope, rights.isOperator || tool === undefined ? [] : await askedLately(context.gate, tool)))
      throw new HttpError("FORBIDDEN");
    const same = (other: Frozen): boolean =>
      other.tool === tool && other.agent === agent && other.reason === reason && isSamePerson(other.by, caller.by);
    // Whoever asks again, because no answer came, finds what they froze.
    return (await gate.freezes()).find(same) ?? gate.freeze(scope, { ...(await acting(context)), reason });
  },
});

export const liftFreeze = endpoint({
  id: "liftFreeze",
  method: "delete",
  path: "/v1/freezes/{id}",
  summary: "Ends a freeze. For operators. Lifting it again changes nothing.",
  signs: true,
  params: z.object({ id: z.string().min(1) }),
  answer: Nothing,
  run: async (context, { params: { id } }) => {
    if (!context.rights.mayLift) {
      const isSeen = (await visibleFreezes(context)).some((other) => other.id === id);
      throw isSeen ? new HttpError("FORBIDDEN") : new CountersignError("FREEZE_NOT_FOUND", { id });
    }
    await context.gate.liftFreeze(id, await acting(context));
    return {};
  },
});

async function visibleFreezes(context: Context): Promise<readonly Frozen[]> {
  const { gate, rights } = context;
  const [freezes, seen] = await Promise.all([gate.freezes(), rights.seesAll ? [] : seenLately(context)]);
  return freezes.filter((each) => rights.seesFreeze(each, seen));
}
