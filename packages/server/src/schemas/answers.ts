import type * as core from "@countersign/core";
import type * as shown from "@countersign/review";
import { z } from "zod";
import { Problem } from "./problem.ts";
import { ApprovalRequest } from "./request.ts";
import { Permission, Review } from "./review.ts";
import { Unreadable } from "./records.ts";
import type { Wire } from "./wire.ts";

export const RequestId = z.string().meta({ description: "A request's id: 32 lower-case hex characters." });
export const byRequest = z.object({ id: RequestId });

/** A request, and what a person should know before they sign it. */
export interface RequestAnswer {
  readonly request: Wire<core.ApprovalRequest>;
  readonly review: Wire<shown.Review>;
  /** What this caller may do beside deciding. `freeze`: its tool, for every agent. */
  readonly may: { readonly [M in "cancel" | "settle" | "freeze"]: Wire<shown.Permission> };
}
export const RequestAnswer: z.ZodType<RequestAnswer> = z
  .object({
    request: ApprovalRequest,
    review: Review,
    may: z
      .object({ cancel: Permission, settle: Permission, freeze: Permission })
      .describe("What you may do beside deciding. freeze: its tool, for every agent."),
  })
  .meta({ id: "RequestAnswer" });
/** The request as it is now. */
export interface Decided {
  readonly request: Wire<core.ApprovalRequest>;
}
export const Decided: z.ZodType<Decided> = z
  .object({ request: ApprovalRequest })
  .meta({ id: "Decided", description: "The request as it is now." });
/** What became of each, in the order in which they were named. */
export interface DecidedTogether {
  /** The id that these decisions share in the trail. */
  readonly batch: string;
  readonly items: readonly {
    readonly id: string;
    /** As the answer to a decision about it alone would have had it. */
    readonly status: number;
    readonly request?: Wire<core.ApprovalRequest> | undefined;
    readonly problem?: z.output<typeof Problem> | undefined;
  }[];
}
export const DecidedTogether: z.ZodType<DecidedTogether> = z
  .object({
    batch: z.string().describe("The id that these decisions share in the trail."),
    items: z.array(
      z.object({
        id: RequestId,
        status: z.int().describe("As the answer to a decision about it alone would have had it."),
        request: ApprovalRequest.optional(),
        problem: Problem.optional(),
      }),
    ),
  })
  .meta({ id: "DecidedTogether" });

export const Nothing = z.object({}).meta({ id: "Nothing" });

/** A page of these. */
export function pageOf<T extends z.ZodType>(items: T, id: string) {
  return z
    .object({
      items: z.array(items).readonly(),
      unreadable: z.array(Unreadable).readonly().optional().describe("Records that may belong here, and can't be read."),
      next: z.string().optional().describe("Give it as after to read on. Absent on the last page."),
    })
    .meta({ id });
}

export const limit = (most: number) => z.coerce.number().int().min(1).max(most).optional().describe(`1 to ${most}.`);
export const after = z.string().optional().describe("next of the page before, in the same order.");

/** In a query, where everything is text. Unix ms. */
export const timeGiven = () => z.coerce.number().optional().meta({ type: "number" });
export const flag = () =>
  z
    .stringbool({ truthy: ["true"], falsy: ["false"], case: "sensitive" })
    .optional()
    .meta({ enum: ["true", "false"] });
