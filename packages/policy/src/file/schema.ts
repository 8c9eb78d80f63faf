import type { Description, JsonObject, ReviewTerms } from "@countersign/core";
import { redactSchema, termsSchema } from "@countersign/core/policy";
import { z } from "zod";
import { LIMITS } from "../limits.ts";

type Word = "allow" | "ask" | "deny";
export type When = true | string;
export type FileCondition = true | string | { readonly when: string; readonly reason: string };

/** One of several ways in which a rule asks. */
export interface FileTier {
  readonly when?: When | undefined;
  readonly reason?: string | undefined;
  readonly review?: ReviewTerms | undefined;
}

export interface FileRail {
  readonly tools?: readonly string[] | undefined;
  readonly when?: When | undefined;
  readonly deny?: true | undefined;
  readonly ask?: true | undefined;
  readonly reason?: string | undefined;
  readonly review?: ReviewTerms | undefined;
}

export interface FileDescription {
  readonly title?: string | undefined;
  readonly facts?: readonly { readonly label: string; readonly value: string }[] | undefined;
  readonly links?: readonly { readonly label: string; readonly url: string }[] | undefined;
  readonly risk?: string | undefined;
}

export interface ObjectRule {
  readonly deny?: FileCondition | undefined;
  readonly ask?: FileCondition | readonly FileTier[] | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly describe?: FileDescription | undefined;
  readonly idempotent?: boolean | undefined;
  readonly redact?: readonly string[] | undefined;
}

export type Rule = Word | ObjectRule;

export interface PolicyDocument {
  readonly version: 1;
  readonly include?: readonly string[] | undefined;
  readonly default?: Word | undefined;
  readonly constants?: JsonObject | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly remember?: "never" | "allowed" | undefined;
  readonly always?: readonly FileRail[] | undefined;
  readonly tools?: Readonly<Record<string, Rule>> | undefined;
}

const RISKS: readonly NonNullable<Description["risk"]>[] = ["low", "medium", "high"];

const word = z.enum(["allow", "ask", "deny"]);
const SEES = "args, context, requestedBy, now, namespace, tool, agent, threadId, constants and history";
const expression = z.string().min(1).max(LIMITS.conditionLength, `the condition is longer than ${LIMITS.conditionLength} characters`);
const cel = () => expression.describe(`A CEL expression over ${SEES}.`);
const text = () => z.string().min(1).max(LIMITS.textLength);
const reason = (): z.ZodString =>
  text().describe("What reviewers, or the model, read when it holds. May have expressions: ${ args.amount }.");
const terms = () => termsSchema.describe("Who signs, how many, and until when.");
const when = () => z.union([z.literal(true), cel()]).describe("A condition. It counts as true if it can't be evaluated. Default: always.");

const single = [z.literal(true), cel(), z.strictObject({ when: cel(), reason: reason() })] as const;
const condition: z.ZodType<FileCondition> = z.union(single);
const tier: z.ZodType<FileTier> = z
  .strictObject({
    when: when().optional(),
    reason: reason().optional(),
    review: termsSchema.describe("Who signs where this one asks: written over the rule's own.").optional(),
  })
  .describe("One of several ways in which the rule asks.");
const asking: z.ZodType<NonNullable<ObjectRule["ask"]>> = z.union([...single, z.array(tier).min(1).readonly()]);

const description: z.ZodType<FileDescription> = z
  .strictObject({
    title: text().describe("The call in words: Pay ${ args.recipient } ${ args.amount } EUR.").optional(),
    facts: z
      .array(z.strictObject({ label: text().describe("What it is."), value: text().describe("A text, with expressions.") }))
      .min(1)
      .readonly()
      .describe("What a reviewer should know, each with a label.")
      .optional(),
    links: z
      .array(
        z.strictObject({ label: text().describe("Where it leads."), url: text().describe("http, https or mailto, with expressions.") }),
      )
      .min(1)
      .readonly()
      .describe("Where a reviewer can look further.")
      .optional(),
    risk: z
      .union([z.enum(RISKS), z.string().regex(/^\s*\$\{[^]*\}\s*$/)])
      .describe("low, medium or high, or an expression that gives one of them.")
      .optional(),
  })
  .refine(
    (made) => Object.values(made).some((part) => part !== undefined),
    "say what people read: a `title`, `facts`, `links` or a `risk`",
  );

/** What a file says of one tool. */
export const ruleSchema: z.ZodType<Rule> = z.union([
  word,
  z
    .strictObject({
      deny: condition.describe("Denied if this is true, or can't be evaluated.").optional(),
      ask: asking
        .describe("Asked about if this is true, or can't be evaluated. A list of tiers: the first that holds asks, the strictest first.")
        .optional(),
      review: terms().optional(),
      describe: description.describe("What people read of a call, beside its arguments.").optional(),
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

const TOOL = /^\S+$/;

/** A guard rail: what holds whatever a rule says. */
export const railSchema: z.ZodType<FileRail> = z
  .strictObject({
    tools: z
      .array(z.string().regex(TOOL, "a tool's name is one word"))
      .min(1)
      .readonly()
      .describe("Names of tools, as rules have them. Default: all tools.")
      .optional(),
    when: when().optional(),
    deny: z.literal(true).describe("The call is denied.").optional(),
    ask: z.literal(true).describe("The call is asked about, under the rule's terms and under these.").optional(),
    reason: reason().optional(),
    review: termsSchema.describe("Who signs, beside those whom the rule wants.").optional(),
  })
  .refine(({ deny, ask }) => deny !== undefined || ask !== undefined, "say what it does: `deny: true` or `ask: true`")
  .refine(({ deny, ask }) => deny === undefined || ask === undefined, {
    message: "write `deny: true` or `ask: true`: nobody is asked about a call that is denied",
    path: ["ask"],
  })
  .refine(({ deny, review }) => deny === undefined || review === undefined, {
    message: "`review` needs `ask: true` beside it: nobody is asked about a call that is denied",
    path: ["review"],
  })
  .meta({
    anyOf: [
      { required: ["ask"], properties: { deny: false } },
      { required: ["deny"], properties: { ask: false, review: false } },
    ],
  });

/** Letters, digits and underscores: a name that an expression can say. */
export const constantName: RegExp = /^[A-Za-z][A-Za-z0-9_]*$/;

export const fileSchema: z.ZodType<PolicyDocument> = z.strictObject({
  version: z.literal(1).describe("The version of this format."),
  include: z
    .array(z.string().min(1))
    .min(1)
    .readonly()
    .describe("Other policy files, relative to this one. What they deny, ask and demand can only be tightened.")
    .optional(),
  default: word.describe("For tools that no rule names. Default: ask.").optional(),
  constants: z
    .record(z.string().regex(constantName), z.json())
    .describe("Values that conditions read as constants.name. Numbers are doubles, as in JSON.")
    .optional(),
  review: termsSchema.describe("Terms for every rule that doesn't say otherwise.").optional(),
  remember: z.enum(["never", "allowed"]).describe("never: no rule below can allow remembered decisions.").optional(),
  always: z.array(railSchema).min(1).readonly().describe("Guard rails: each holds whatever a rule says, and only tightens.").optional(),
  tools: z
    .record(z.string().regex(TOOL), ruleSchema)
    .describe("By tool, namespace/tool, or either with * for any run of characters. The most specific name wins.")
    .optional(),
});
