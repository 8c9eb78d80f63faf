import type { JsonObject, ReviewTerms } from "@countersign/core";
import { redactSchema, termsSchema } from "@countersign/core/policy";
import { z } from "zod";
import { LIMITS } from "../limits.ts";

type Word = "allow" | "ask" | "deny";
export type FileCondition = true | string | { readonly when: string; readonly reason: string };
export interface ObjectRule {
  readonly deny?: FileCondition | undefined;
  readonly ask?: FileCondition | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly idempotent?: boolean | undefined;
  readonly redact?: readonly string[] | undefined;
}
export type Rule = Word | ObjectRule;
export interface PolicyDocument {
  readonly version: 1;
  readonly default?: Word | undefined;
  readonly constants?: JsonObject | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly remember?: "never" | "allowed" | undefined;
  readonly tools?: Readonly<Record<string, Rule>> | undefined;
}

const word = z.enum(["allow", "ask", "deny"]);
const expression = z.string().min(1).max(LIMITS.conditionLength, `the condition is longer than ${LIMITS.conditionLength} characters`);
const condition: z.ZodType<FileCondition> = z.union([
  z.literal(true),
  expression.describe("A CEL expression over args, context, requestedBy, namespace, tool, agent, threadId, constants and history."),
  z.strictObject({ when: expression, reason: z.string().min(1).describe("What reviewers, or the model, read when it holds.") }),
]);

/** What a file says of one tool. */
export const ruleSchema: z.ZodType<Rule> = z.union([
  word,
  z
    .strictObject({
      deny: condition.describe("Denied if this is true, or can't be evaluated.").optional(),
      ask: condition.describe("Asked about if this is true, or can't be evaluated.").optional(),
      review: termsSchema.describe("Who signs, how many, and until when.").optional(),
      idempotent: z.boolean().describe("An execution that died in the middle may be repeated with the same key.").optional(),
      redact: redactSchema.describe("Arguments that are masked for reviewers and exports, not for the tool.").optional(),
    })
    .refine(
      (rule) => rule.ask !== undefined || rule.deny !== undefined,
      "a rule needs `ask` or `deny`: an empty one would allow everything",
    )
    .refine((rule) => rule.ask !== undefined || rule.review === undefined, {
      message: "`review` needs `ask` beside it: otherwise nobody is asked",
      path: ["review"],
    })
    .meta({ anyOf: [{ required: ["ask"] }, { required: ["deny"], properties: { review: false } }] }),
]);

/** Letters, digits and underscores: a name that an expression can say. */
export const constantName: RegExp = /^[A-Za-z][A-Za-z0-9_]*$/;

export const fileSchema: z.ZodType<PolicyDocument> = z.strictObject({
  version: z.literal(1),
  default: word.describe("For tools that no rule names. Default: ask.").optional(),
  constants: z
    .record(z.string().regex(constantName), z.json())
    .describe("Values that conditions read as constants.name. Numbers are doubles, as in JSON.")
    .optional(),
  review: termsSchema.describe("Terms for every rule that doesn't say otherwise.").optional(),
  remember: z.enum(["never", "allowed"]).describe("never: no rule below can allow remembered decisions.").optional(),
  tools: z
    .record(z.string().regex(/^\S+$/), ruleSchema)
    .describe("By tool, namespace/tool, or either with * for any run of characters. The most specific name wins.")
    .optional(),
});

/**
 * The JSON Schema of policy files, for editors. The package ships it as `@countersign/policy/policy.schema.json`.
 * @example # yaml-language-server: $schema=./node_modules/@countersign/policy/policy.schema.json
 */
export const policySchema: JsonObject = {
  title: "Countersign policy",
  ...z.toJSONSchema(fileSchema, { io: "input", unrepresentable: "any" }),
};
