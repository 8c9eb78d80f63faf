import { z } from "zod";
import { acting } from "../access/acting.ts";
import { findRequest } from "../access/find-request.ts";
import { shownRequest } from "../access/shown.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { tagged } from "../http/tagged.ts";
import { byRequest, Decided } from "../schemas/answers.ts";

export const cancel = endpoint({
  id: "cancel",
  method: "post",
  path: "/v1/requests/{id}/cancellation",
  summary: "Withdraws a request that isn't decided, or not begun. For whoever asked, and operators.",
  params: byRequest,
  body: z.strictObject({ reason: z.string().min(1) }).meta({ id: "Cancelling" }),
  answer: Decided,
  run: async (context, { params: { id }, body: { reason } }) => {
    const found = await findRequest(context, id);
    if (!context.rights.mayCancel(found)) throw new HttpError("FORBIDDEN");
    const cancelled = await context.gate.cancel(id, { ...(await acting(context)), reason });
    return tagged(cancelled, { request: await shownRequest(context, cancelled) });
  },
});
