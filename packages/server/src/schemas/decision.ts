import type * as core from "@countersign/core";
import { z } from "zod";
import { Origin, Principal } from "./principal.ts";
import { Duration } from "./terms.ts";
import { describing, json, time, type Wire } from "./wire.ts";

const Remember = z
  .strictObject({
    scope: z.enum(["exact-args", "tool"]),
    for: Duration.optional(),
    times: z.int().min(1).optional(),
    within: z.enum(["thread", "requester"]).optional(),
  })
  .meta({ id: "Remember", description: "A decision that shall also hold for calls to come." });

const confirmed = () => z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Confirmation = z
  .union([confirmed(), z.record(z.string(), confirmed())])
  .meta({ id: "Confirmation", description: "What the reviewer typed where the terms say confirm: the value, or each by its path." });

const extras = { comment: z.string().optional(), remember: Remember.optional() };

/** The gate judges what is in it. Here is only what has the form of a decision. */
export const Decision: z.ZodType<Wire<core.Decision>> = describing<core.Decision>()(
  z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("approve"), confirm: Confirmation.optional(), ...extras }),
      z.strictObject({ type: z.literal("edit"), args: json(), confirm: Confirmation.optional(), ...extras }),
      z.strictObject({
        type: z.literal("reject"),
        message: z.string().optional(),
        then: z.enum(["continue", "revise", "stop"]).optional(),
        ...extras,
      }),
    ])
    .meta({ id: "Decision", description: "What a reviewer says. An edit has the complete arguments." }),
);

export const DecisionRecord: z.ZodType<Wire<core.DecisionRecord>> = describing<core.DecisionRecord>()(
  z
    .object({
      decision: Decision,
      by: Principal,
      at: time(),
      via: z.string().optional(),
      origin: Origin.optional(),
      batch: z.string().optional(),
      digest: z.string(),
      signature: z.object({ keyId: z.string(), alg: z.string(), value: z.string() }).optional(),
    })
    .meta({ id: "DecisionRecord", description: "One signature: what was said, by whom, when, about which exact arguments." }),
);

/** About several calls at once: an edit is about one, and nothing is remembered of such a decision. */
export const BatchDecision = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("approve"), comment: z.string().optional() }),
    z.strictObject({
      type: z.literal("reject"),
      message: z.string().optional(),
      then: z.enum(["continue", "revise", "stop"]).optional(),
      comment: z.string().optional(),
    }),
  ])
  .meta({ id: "BatchDecision" });
