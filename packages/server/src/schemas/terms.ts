import type * as core from "@countersign/core";
import { z } from "zod";
import { describing } from "./wire.ts";

const unit = z.enum(["ms", "s", "m", "h", "d"]);
export const Duration = describing<core.Duration>()(
  z
    .union([z.number().positive(), z.templateLiteral([z.number(), unit])])
    .meta({ id: "Duration", description: 'Milliseconds, or a text such as "90s", "15m", "48h" or "3d".' }),
);

const names = () => z.array(z.string());

const QuorumGroup = describing<core.QuorumGroup>()(
  z
    .object({ roles: names().optional(), reviewers: names().optional(), count: z.int().optional() })
    .meta({ id: "QuorumGroup", description: "So many people, each with one of these roles or named here." }),
);

export const ReviewTerms = describing<core.ReviewTerms>()(
  z
    .object({
      roles: names().optional(),
      reviewers: names().optional(),
      quorum: z.union([z.int(), z.array(QuorumGroup)]).optional(),
      fourEyes: z.boolean().optional(),
      confirm: z.union([z.string(), names()]).optional(),
      batch: z.boolean().optional(),
      expiresIn: Duration.optional(),
      executeWithin: Duration.optional(),
      decisions: z.array(z.enum(["approve", "edit", "reject"])).optional(),
      remind: z.array(Duration).optional(),
      escalate: z.object({ after: Duration, roles: names() }).optional(),
      remember: z.union([z.literal("never"), z.array(z.enum(["exact-args", "tool"]))]).optional(),
    })
    .meta({ id: "ReviewTerms", description: "Who may decide about a call, how many of them, and until when." }),
);
