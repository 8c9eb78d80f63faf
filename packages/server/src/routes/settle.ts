import type { Settlement as GivenSettlement } from "@countersign/core";
import { acting } from "../access/acting.ts";
import { findRequest } from "../access/find-request.ts";
import { shownRequest } from "../access/shown.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { tagged } from "../http/tagged.ts";
import { byRequest, Decided } from "../schemas/answers.ts";
import { Settlement } from "../schemas/request.ts";

export const settle = endpoint({
  id: "settle",
  method: "post",
  path: "/v1/requests/{id}/settlement",
  summary: "Says what became of an execution of which nobody knows. For whoever may sign the call.",
  signs: true,
  params: byRequest,
  body: Settlement,
  answer: Decided,
  run: async (context, { params: { id }, body }) => {
    await findRequest(context, id);
    if (!context.rights.maySign) throw new HttpError("FORBIDDEN");
    const settled = await context.gate.settle(id, body as GivenSettlement, await acting(context));
    return tagged(settled, { request: await shownRequest(context, settled) });
  },
});
