import type * as core from "@countersign/core";
import { z } from "zod";
import { DecisionRecord } from "./decision.ts";
import { Principal } from "./principal.ts";
import { ReviewTerms } from "./terms.ts";
import { describing, json, time, type Wire } from "./wire.ts";

export const Status = z.enum(["pending", "approved", "rejected", "expired", "cancelled"]).meta({ id: "Status" });
export const Execution = z.enum(["none", "executing", "done", "failed", "unknown"]).meta({ id: "Execution" });

export const ArgsPath = z
  .array(z.union([z.string(), z.number()]))
  .meta({ id: "ArgsPath", description: 'From the arguments down: ["payees", 0].' });

const ParsedArgs = describing<core.ParsedArgs>()(
  z
    .object({
      sets: z.array(z.object({ path: ArgsPath, value: z.unknown().optional() })),
      atRunTime: z.array(ArgsPath),
      partial: z.literal(true).optional(),
    })
    .meta({ id: "ParsedArgs", description: "What the tool's schema makes of the arguments." }),
);

const Description = describing<core.Description>()(
  z
    .object({
      title: z.string().optional(),
      facts: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
      links: z.array(z.object({ label: z.string(), url: z.string() })).optional(),
      risk: z.enum(["low", "medium", "high"]).optional(),
    })
    .meta({ id: "Description", description: "What the policy says of the call in words." }),
);

const Receipt = describing<core.Receipt>()(
  z
    .discriminatedUnion("status", [
      z.object({ status: z.literal("done"), result: z.unknown().optional(), at: time(), args: json().optional() }),
      z.object({ status: z.literal("failed"), error: z.string(), at: time(), args: json().optional() }),
      z.object({ status: z.literal("unknown"), at: time() }),
    ])
    .meta({ id: "Receipt", description: "What came of an execution." }),
);

export const ApprovalRequest: z.ZodType<Wire<core.ApprovalRequest>> = describing<core.ApprovalRequest>()(
  z
    .object({
      id: z.string(),
      version: z.int(),
      status: Status,
      threadId: z.string(),
      turnId: z.string(),
      callId: z.string(),
      agent: z.string(),
      proposedBy: z.string().optional(),
      framework: z.string(),
      tenant: z.string(),
      namespace: z.string().optional(),
      tool: z.string(),
      args: json().describe("As the model proposed them, masked."),
      proposal: z.object({
        args: json().describe("What would run, masked."),
        digest: z.string().describe("What a decision has to name."),
        by: Principal.optional(),
        parsed: ParsedArgs.optional(),
        description: Description.optional(),
      }),
      approvedArgs: json().optional(),
      argsSchema: json().optional().describe("JSON Schema of the arguments."),
      rule: z.string(),
      tier: z.int().optional(),
      reason: z.string(),
      terms: ReviewTerms,
      requestedBy: Principal.optional(),
      decisions: z.array(DecisionRecord),
      execution: Execution,
      receipt: Receipt.optional(),
      begun: z.boolean(),
      policyHash: z.string(),
      decidedAt: time().optional(),
      grantId: z.string().optional(),
      supersedes: z.string().optional().describe("Left out if you may not see that request."),
      revises: z.string().optional().describe("Left out if you may not see that request."),
      judgedAt: time(),
      askedAt: time(),
      expiresAt: time().optional(),
    })
    .meta({ id: "ApprovalRequest", description: "What a person is asked. Arguments that the policy redacts are masked." }),
);

/** Without `executed` nothing is said: `{}` settles nothing. */
export const Settlement: z.ZodType<Wire<core.Settlement>> = describing<core.Settlement>()(
  z
    .union([
      z.strictObject({ retry: z.literal(true).describe("It didn't happen, and is tried again.") }),
      z.strictObject({ failed: z.string().min(1).describe("It didn't happen: what the model is told.") }),
      z.strictObject({ executed: z.unknown().describe("It happened, with this result.") }).meta({ required: ["executed"] }),
    ])
    .meta({ id: "Settlement", description: "What a person found out about an execution of which nobody knew." }),
);
