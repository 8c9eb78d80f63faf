import { z } from "zod";
import { findRequest } from "../access/find-request.ts";
import { permissionsBeside } from "../access/permissions-beside.ts";
import { shownRequest, shownReview } from "../access/shown.ts";
import { endpoint } from "../http/endpoint.ts";
import { tagged } from "../http/tagged.ts";
import { byRequest, RequestAnswer } from "../schemas/answers.ts";

export const getRequest = endpoint({
  id: "getRequest",
  method: "get",
  path: "/v1/requests/{id}",
  summary: "A request, and what a person should know before they sign it. Its ETag is its version.",
  params: byRequest,
  query: z.strictObject({
    seen: z.string().optional().describe("The digest that you last looked at: the review then warns if the arguments have changed."),
  }),
  answer: RequestAnswer,
  run: async (context, { params, query }) => {
    const found = await findRequest(context, params.id);
    const [request, review, may] = await Promise.all([
      shownRequest(context, found),
      shownReview(context, found, query),
      permissionsBeside(context, found),
    ]);
    return tagged(found, { request, review, may });
  },
});
