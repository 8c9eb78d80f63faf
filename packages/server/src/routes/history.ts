import { z } from "zod";
import { findRequest } from "../access/find-request.ts";
import { shownEvent } from "../access/shown.ts";
import { endpoint } from "../http/endpoint.ts";
import { byRequest } from "../schemas/answers.ts";
import { AuditEvent } from "../schemas/records.ts";

export const getHistory = endpoint({
  id: "getHistory",
  method: "get",
  path: "/v1/requests/{id}/history",
  summary: "What happened to a request, the oldest first. Ids of requests that you may not see are left out.",
  params: byRequest,
  answer: z.object({ items: z.array(AuditEvent).readonly() }).meta({ id: "History" }),
  run: async (context, { params: { id } }) => {
    await findRequest(context, id);
    const events = await Array.fromAsync(context.gate.history(id));
    return { items: events.map((event) => shownEvent(event, context.rights)) };
  },
});
