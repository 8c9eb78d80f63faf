import { CountersignError } from "@countersign/core";
import { z } from "zod";
import { acting } from "../access/acting.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { Nothing } from "../schemas/answers.ts";
import { Grant } from "../schemas/records.ts";

export const listGrants = endpoint({
  id: "listGrants",
  method: "get",
  path: "/v1/grants",
  summary: "Remembered decisions that you may see, also those that are used up, revoked or expired.",
  query: z.strictObject({ tool: z.string().optional() }),
  answer: z.object({ items: z.array(Grant).readonly() }).meta({ id: "Grants" }),
  run: async ({ gate, rights }, { query }) => ({ items: (await gate.grants(query)).filter((grant) => rights.seesGrant(grant)) }),
});

export const revokeGrant = endpoint({
  id: "revokeGrant",
  method: "delete",
  path: "/v1/grants/{id}",
  summary: "From now on the grant decides nothing. For whoever may sign such a call. Revoking again changes nothing.",
  params: z.object({ id: z.string() }),
  answer: Nothing,
  run: async (context, { params: { id } }) => {
    const { gate, rights } = context;
    const grant = (await gate.grants()).find((other) => other.id === id);
    if (!grant || !rights.seesGrant(grant)) throw new CountersignError("GRANT_NOT_FOUND", { id });
    if (!rights.maySign) throw new HttpError("FORBIDDEN");
    await gate.revokeGrant(id, await acting(context));
    return {};
  },
});
