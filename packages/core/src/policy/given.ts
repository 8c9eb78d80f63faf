import { z } from "zod";
import { isPlainObject } from "../canonical/json.ts";
import type { StandardSchemaV1 } from "../contract/json.ts";
import { redactSchema } from "../contract/mask.ts";
import { termsSchema, type ReviewTerms } from "../contract/terms.ts";
import type { AnyCondition } from "./compiled.ts";
import { isStandardSchema } from "./schema.ts";

/** What `definePolicy` is given, as far as it is looked at before anything is made of it. */
export interface GivenPolicy {
  readonly context?: StandardSchemaV1 | undefined;
  readonly default?: Word | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly remember?: "never" | "allowed" | undefined;
  readonly always?: readonly GivenRail[] | undefined;
  readonly include?: readonly unknown[] | undefined;
  readonly tools?: object | undefined;
}
export type Word = "allow" | "ask" | "deny";
export interface GivenTier {
  readonly when?: true | AnyCondition | undefined;
  readonly reason?: string | undefined;
  readonly review?: ReviewTerms | undefined;
}
export interface GivenRule {
  readonly args?: StandardSchemaV1 | undefined;
  readonly idempotent?: boolean | undefined;
  readonly history?: boolean | undefined;
  readonly redact?: readonly string[] | undefined;
  readonly describe?: AnyCondition | undefined;
  readonly ask?: true | AnyCondition | readonly unknown[] | undefined;
  readonly deny?: true | AnyCondition | undefined;
  readonly review?: ReviewTerms | undefined;
}
export interface GivenRail extends GivenTier {
  readonly tools?: readonly string[] | undefined;
  readonly deny?: true | undefined;
  readonly ask?: true | undefined;
  readonly history?: boolean | undefined;
}

const isCondition = (value: unknown): boolean => value === true || typeof value === "function";
const aFunction = z.lazy(() => z.custom<AnyCondition>((value) => typeof value === "function", "write a function of the call"));
const holds = z.lazy(() => z.custom<true | AnyCondition>(isCondition, "write true, or a function of the call"));
const schema = z.lazy(() =>
  z.custom<StandardSchemaV1>(isStandardSchema, "expected a schema of zod, valibot or arktype, or fromJsonSchema(…)"),
);
export const wordSchema: z.ZodType<Word> = z.lazy(() => z.enum(["allow", "ask", "deny"]));
const isTrue = (otherwise: string) => z.custom<true>((value) => value === true, otherwise);
const reason = () => z.string().min(1).optional();
export const tierSchema: z.ZodType<GivenTier> = z.lazy(() =>
  z.strictObject({ when: holds.optional(), reason: reason(), review: termsSchema.optional() }),
);
export const ruleSchema: z.ZodType<GivenRule> = z.lazy(() =>
  z
    .strictObject({
      args: schema.optional(),
      idempotent: z.boolean().optional(),
      history: z.boolean().optional(),
      redact: redactSchema.optional(),
      describe: aFunction.optional(),
      ask: z
        .custom<true | AnyCondition | readonly unknown[]>(
          (value) => isCondition(value) || (Array.isArray(value) && value.length > 0),
          "write true, a function of the call, or a list of tiers: [{ when, reason, review }]",
        )
        .optional(),
      deny: holds.optional(),
      review: termsSchema.optional(),
    })
    .refine(
      (rule) => rule.ask !== undefined || rule.deny !== undefined,
      'this rule has neither ask nor deny, so it would allow every call: add one, or write "allow" in place of the rule',
    )
    .refine((rule) => rule.ask !== undefined || rule.review === undefined, {
      message: "this rule never asks, so nobody reviews its calls: add ask, or take review out",
      path: ["review"],
    }),
);
const railSchema: z.ZodType<GivenRail> = z.lazy(() =>
  z
    .strictObject({
      tools: z.array(z.string().regex(/^\S+$/, "not a tool's name")).min(1).optional(),
      when: holds.optional(),
      deny: isTrue("write deny: true, and the condition under when").optional(),
      ask: isTrue("write ask: true, and the condition under when").optional(),
      reason: reason(),
      history: z.boolean().optional(),
      review: termsSchema.optional(),
    })
    .refine(({ ask, deny }) => (ask === undefined) !== (deny === undefined), "a guard rail says deny: true or ask: true, one of them")
    .refine(({ ask, review }) => ask !== undefined || review === undefined, {
      message: "this guard rail never asks, so nobody reviews its calls: take review out",
      path: ["review"],
    }),
);
export const policySchema: z.ZodType<GivenPolicy> = z.lazy(() =>
  z.strictObject({
    context: schema.optional(),
    default: wordSchema.optional(),
    review: termsSchema.optional(),
    remember: z.enum(["never", "allowed"]).optional(),
    always: z.array(railSchema).optional(),
    include: z.array(z.unknown()).optional(),
    tools: z
      // What has no members of its own, such as a Map, would be a policy without rules.
      .custom<object>(
        (value) => typeof value === "object" && value !== null && isPlainObject(value),
        'expected a plain object: tools: { pay: "ask" }',
      )
      .optional(),
  }),
);
