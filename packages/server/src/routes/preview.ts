import type { JsonObject } from "@countersign/core";
import { z } from "zod";
import { findRequest } from "../access/find-request.ts";
import { shownReview } from "../access/shown.ts";
import type { Previewed } from "../client/answers.ts";
import { endpoint } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { byRequest } from "../schemas/answers.ts";
import { Review } from "../schemas/review.ts";
import { describing, json } from "../schemas/wire.ts";

const PreviewAnswer = describing<Previewed>()(z.object({ review: Review }).meta({ id: "Previewed" }));

export const previewEdit = endpoint({
  id: "previewEdit",
  method: "post",
  path: "/v1/requests/{id}/preview",
  summary: "The request as it would be with this edit, checked as the decision would be. Nothing is written, and nothing has to be typed.",
  params: byRequest,
  body: z
    .strictObject({
      digest: z.string().optional().describe("Of the proposal that was shown. Without it nothing is checked: 428."),
      args: json().describe("The complete arguments."),
    })
    .meta({ id: "PreviewingEdit" }),
  answer: PreviewAnswer,
  run: async (context, { params: { id }, body: { digest, args } }) => {
    const { gate, rights, caller } = context;
    if (digest === undefined) throw new HttpError("DIGEST_REQUIRED");
    const found = await findRequest(context, id);
    if (!rights.maySign) throw new HttpError("FORBIDDEN");
    const mine = args as JsonObject;
    const preview = await gate.preview({ id, digest }, { type: "edit", args: mine }, { by: caller.by });
    return { review: await shownReview(context, found, { mine, preview }) };
  },
});
