import { z } from "zod";
import type { Decision as GivenDecision } from "@countersign/core";
import { acting, viaOf } from "../access/acting.ts";
import { findRequest } from "../access/find-request.ts";
import { shownRequest } from "../access/shown.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { demandMatch, tagged } from "../http/tagged.ts";
import { byRequest, Decided } from "../schemas/answers.ts";
import { Decision } from "../schemas/decision.ts";

export const decide = endpoint({
  id: "decide",
  method: "post",
  path: "/v1/requests/{id}/decisions",
  summary: "Approve, edit or reject what was shown. The same decision again changes nothing.",
  signs: true,
  params: byRequest,
  body: z
    .strictObject({
      digest: z.string().optional().describe("Of the proposal that was shown. Without it nothing is decided: 428."),
      decision: Decision,
    })
    .meta({ id: "Deciding" }),
  answer: Decided,
  run: async (context, { params: { id }, body: { digest, decision } }) => {
    const { gate, rights, caller, request } = context;
    if (digest === undefined) throw new HttpError("DIGEST_REQUIRED");
    const found = await findRequest(context, id);
    if (!rights.maySign) throw new HttpError("FORBIDDEN");
    demandMatch(request, found, caller.by);
    const options = { ...(await acting(context)), via: viaOf(context) };
    const decided = await gate.decide({ id, digest }, decision as GivenDecision, options);
    return tagged(decided, { request: await shownRequest(context, decided) });
  },
});
