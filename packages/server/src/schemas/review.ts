import type * as shown from "@countersign/review";
import { z } from "zod";
import { ArgsPath, Execution, Status } from "./request.ts";
import { describing, time, type Wire } from "./wire.ts";

const Moment = describing<shown.Moment>()(z.object({ at: time(), text: z.string() }).meta({ id: "Moment" }));
const risk = z.enum(["low", "medium", "high"]);

const Argument: z.ZodType<Wire<shown.Argument>> = describing<shown.Argument>()(
  z
    .object({
      path: ArgsPath,
      name: z.string(),
      label: z.string().optional(),
      description: z.string().optional(),
      kind: z.enum(["text", "block", "number", "boolean", "null", "mask", "list", "object"]),
      value: z.string().optional(),
      lines: z.array(z.string()).optional(),
      length: z.int().optional(),
      items: z.lazy((): z.ZodType<readonly Wire<shown.Argument>[]> => z.array(Argument)).optional(),
      parsed: z.enum(["added", "changed", "left out", "set when it runs"]).optional(),
      signed: z.string().optional(),
      isUnknown: z.boolean(),
      isEdited: z.boolean(),
    })
    .meta({ id: "Argument", description: "One value of the arguments. Every text is one line, and safe to draw as text." }),
);

const side = () => z.object({ text: z.string() }).optional();
const Difference = describing<shown.Difference>()(
  z
    .object({
      path: ArgsPath,
      name: z.string(),
      model: side(),
      proposed: side(),
      mine: side(),
      lines: z.array(z.object({ change: z.enum(["same", "removed", "added", "skipped"]), text: z.string() })).optional(),
    })
    .meta({ id: "Difference" }),
);

const Signature = describing<shown.Signature>()(
  z
    .object({
      text: z.string(),
      decision: z.enum(["approve", "edit", "reject"]),
      at: time(),
      message: z.string().optional(),
      comment: z.string().optional(),
      counts: z.boolean(),
    })
    .meta({ id: "Signature" }),
);

const Warning = describing<shown.Warning>()(
  z
    .object({
      kind: z.enum([
        "duplicate",
        "frozen",
        "hidden-characters",
        "right-to-left",
        "look-alike",
        "imitation",
        "title-number",
        "unusual",
        "deadline",
        "edited-since",
        "long",
        "partial-schema",
      ]),
      severity: z.enum(["danger", "caution", "note"]),
      text: z.string(),
      path: ArgsPath.optional(),
      requests: z.array(z.string()).describe("Only those that you may see."),
    })
    .meta({ id: "Warning" }),
);

export const Permission = describing<shown.Permission>()(
  z
    .discriminatedUnion("allowed", [
      z.object({ allowed: z.literal(true) }),
      z.object({ allowed: z.literal(false), code: z.string(), reason: z.string() }),
    ])
    .meta({ id: "Permission" }),
);

export const Review = describing<shown.Review>()(
  z
    .object({
      id: z.string(),
      version: z.int(),
      digest: z.string().describe("What a decision has to name."),
      status: Status,
      statusText: z.string(),
      title: z.string(),
      isDescribed: z.boolean(),
      risk: risk.optional(),
      tool: z.string(),
      agent: z.string(),
      application: z.string(),
      framework: z.string(),
      thread: z.string(),
      askedBy: z.string().optional(),
      why: z.object({ reason: z.string(), rule: z.string(), tier: z.int().optional() }),
      facts: z.array(z.object({ label: z.string(), value: z.string() })),
      links: z.array(z.object({ label: z.string(), url: z.string(), host: z.string() })),
      args: z.array(Argument),
      editedBy: z.string().optional(),
      differences: z.array(Difference),
      asked: Moment,
      deadline: Moment.optional(),
      decided: Moment.optional(),
      signatures: z.array(Signature),
      missing: z.string(),
      terms: z.string(),
      outcome: z.object({ status: z.enum(["done", "failed", "unknown"]), at: Moment, lines: z.array(z.string()) }).optional(),
      warnings: z.array(Warning),
      may: z.object({
        approve: Permission,
        edit: Permission,
        reject: Permission,
        batch: Permission,
        remember: z.array(z.enum(["exact-args", "tool"])),
      }),
      confirm: z.array(z.object({ path: z.string(), label: z.string() })),
      replaces: z.string().optional(),
      revises: z.string().optional(),
    })
    .meta({ id: "Review", description: "What a surface shows a person of a request. Texts are safe to draw as text." }),
);

export const Summary = describing<shown.Summary>()(
  z
    .object({
      id: z.string(),
      version: z.int(),
      digest: z.string().describe("What a decision has to name."),
      status: Status,
      execution: Execution,
      statusText: z.string(),
      title: z.string(),
      tool: z.string(),
      agent: z.string(),
      askedBy: z.string().optional(),
      thread: z.string(),
      asked: Moment,
      deadline: Moment.optional().describe("While it waits."),
      decided: Moment.optional(),
      decidedBy: z.string().optional().describe("The name of whoever decided it."),
      risk: risk.optional(),
      age: z.string(),
      left: z.string().optional(),
      signatures: z.string().optional(),
      missing: z.string(),
      marks: z.array(z.string()),
    })
    .meta({ id: "Summary", description: "One row of a list." }),
);
