import { z } from "zod";

export const Problem = z
  .object({
    type: z.string().describe("Where the code is explained."),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe("Stable. Look at it, never at the texts."),
    details: z.unknown().optional(),
    requestId: z.string(),
  })
  .meta({ id: "Problem" });
