import type * as core from "@countersign/core";
import { z } from "zod";
import { Principal } from "./principal.ts";
import { ReviewTerms } from "./terms.ts";
import { describing, json, time } from "./wire.ts";

export const Grant = describing<core.Grant>()(
  z
    .object({
      id: z.string(),
      scope: z.enum(["exact-args", "tool"]),
      decision: z.enum(["approve", "reject"]),
      namespace: z.string().optional(),
      tool: z.string(),
      agent: z.string(),
      within: z.enum(["thread", "requester"]),
      threadId: z.string().optional(),
      requestedBy: z.string().optional(),
      digest: z.string().optional(),
      parsedDigest: z.string().optional(),
      requestId: z.string(),
      message: z.string().optional(),
      terms: ReviewTerms,
      by: Principal,
      uses: z.int().describe("How many calls it can still decide."),
      expiresAt: time().optional(),
      revokedAt: time().optional(),
    })
    .meta({ id: "Grant", description: "A remembered decision." }),
);

export const Freeze = describing<core.Freeze>()(
  z
    .object({
      id: z.string(),
      tool: z.string().optional(),
      agent: z.string().optional(),
      by: Principal,
      reason: z.string(),
      at: time(),
    })
    .meta({ id: "Freeze", description: "Executions that are stopped until somebody lifts it." }),
);

export const AuditEvent = describing<core.AuditEvent>()(
  z
    .object({
      subject: z.string(),
      seq: z.int(),
      prev: z.string(),
      hash: z.string(),
      type: z.string(),
      at: time(),
      actor: Principal.optional(),
      data: json(),
    })
    .meta({ id: "AuditEvent", description: "One entry of a record's audit chain. Arguments that the policy redacts are masked." }),
);

export const ThreadState = z.enum(["ready", "running", "suspended", "idle", "failing", "closed"]).meta({ id: "ThreadState" });

export const ThreadSummary = describing<core.ThreadSummary>()(
  z
    .object({
      id: z.string(),
      agent: z.string(),
      framework: z.string(),
      state: ThreadState,
      open: z.int().describe("Calls that wait to be decided or settled."),
      attempts: z.int(),
      lastError: z.string().optional(),
      failingSince: time().optional(),
      nextTryAt: time().optional(),
    })
    .meta({ id: "ThreadSummary", description: "Where a run stands." }),
);

export const Unreadable = describing<core.Unreadable>()(
  z.object({ id: z.string(), reason: z.string() }).meta({ id: "Unreadable", description: "A record that can't be read." }),
);
