import { z } from "zod";
import { sha256 } from "../canonical/json.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { JsonObject, StandardSchemaV1 } from "../contract/json.ts";
import { redactSchema } from "../contract/mask.ts";
import { lateNotices, termsSchema, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { mistakeIn } from "./mistakes.ts";
import { isNamespaced, ruleName, type RuleName } from "./names.ts";
import { isStandardSchema, jsonSchemaOf } from "./schema.ts";

type AnyCondition = (call: never) => unknown;

/** One rule, ready to be applied. A word such as "ask" has become the condition that always holds. */
export interface CompiledRule {
  readonly name: RuleName;
  readonly schema: StandardSchemaV1 | undefined;
  readonly argsSchema: JsonObject | undefined;
  readonly idempotent: boolean;
  /** Its conditions count what ran in the thread before: the verdict needs {@link CheckedCall.history}. */
  readonly history: boolean;
  /** Paths of the arguments that are masked for reviewers and in the audit trail. */
  readonly redact: readonly string[];
  readonly deny: true | AnyCondition | undefined;
  readonly ask: true | AnyCondition | undefined;
  readonly terms: ReviewTerms;
}

export interface CompiledPolicy {
  readonly hash: string;
  readonly context: StandardSchemaV1 | undefined;
  /** Most specific first. */
  readonly rules: readonly CompiledRule[];
  /** Those with a namespace in their name, and those without. */
  readonly namespaced: readonly CompiledRule[];
  readonly plain: readonly CompiledRule[];
  /** Rules of tools without wildcards, by address: the common case, found without a search. */
  readonly exact: ReadonlyMap<string, CompiledRule>;
  /** For tools that no rule names. */
  readonly fallback: CompiledRule;
  readonly mayAsk: boolean;
}

const isCondition = (value: unknown): boolean => value === true || typeof value === "function";
const holds = z.lazy(() => z.custom<true | AnyCondition>(isCondition, "write true, or a function of the call"));
const schema = z.lazy(() =>
  z.custom<StandardSchemaV1>(isStandardSchema, "expected a schema of zod, valibot or arktype, or fromJsonSchema(…)"),
);
const word = z.lazy(() => z.enum(["allow", "ask", "deny"]));
const objectRule = z.lazy(() =>
  z
    .strictObject({
      args: schema.optional(),
      idempotent: z.boolean().optional(),
      history: z.boolean().optional(),
      redact: redactSchema.optional(),
      ask: holds.optional(),
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
const policySchema = z.lazy(() =>
  z.strictObject({
    context: schema.optional(),
    default: word.optional(),
    review: termsSchema.optional(),
    remember: z.enum(["never", "allowed"]).optional(),
    tools: z
      .custom<object>(
        (value) => typeof value === "object" && value !== null && !Array.isArray(value),
        'expected an object: tools: { pay: "ask" }',
      )
      .optional(),
  }),
);

type Word = z.infer<typeof word>;
type ObjectRule = z.infer<typeof objectRule>;

/** @throws POLICY_INVALID with the place of the first mistake */
export function compile(input: unknown): CompiledPolicy {
  const policy = parsed(policySchema, input, []);
  const base: ReviewTerms = { expiresIn: DEFAULTS.expiresIn, ...policy.review };
  refuseLateNotices(base, ["review"]);
  const cap = policy.remember === "never" ? ({ remember: "never" } as const) : {};
  const build = (name: string, rule: Word | ObjectRule): CompiledRule => buildRule(name, rule, { ...base, ...reviewOf(rule), ...cap });
  const rules = Object.entries(policy.tools ?? {}).map(([name, rule]) => {
    if (name === "" || /\s/.test(name))
      throw new CountersignError(
        "POLICY_INVALID",
        { path: `tools.${name}` },
        { note: "A tool's name has at least one character, and no spaces." },
      );
    const given = typeof rule === "string" ? parsed(word, rule, ["tools", name]) : parsed(objectRule, rule, ["tools", name]);
    refuseLateNotices({ expiresIn: base.expiresIn, ...reviewOf(given) }, ["tools", name, "review"]);
    return build(name, given);
  });
  for (const rule of rules) parsed(termsSchema, rule.terms, ["tools", rule.name.text, "review"]);
  rules.sort((a, b) => b.name.specificity - a.name.specificity || (a.name.text < b.name.text ? -1 : 1));
  const fallback = build("default", policy.default ?? "ask");
  return {
    hash: hashOf(rules, fallback, policy.context),
    context: policy.context,
    rules,
    namespaced: rules.filter(isNamespaced),
    plain: rules.filter((rule) => !isNamespaced(rule)),
    exact: new Map(rules.filter(({ name }) => !name.text.includes("*")).map((rule) => [rule.name.text, rule])),
    fallback,
    mayAsk: [...rules, fallback].some((rule) => rule.ask !== undefined),
  };
}

function reviewOf(rule: Word | ObjectRule): ReviewTerms {
  return typeof rule === "string" ? {} : (rule.review ?? {});
}

/** What each place says itself: a rule whose requests expire before an inherited reminder goes without it. */
function refuseLateNotices(review: ReviewTerms, at: readonly string[]): void {
  const [late] = lateNotices(review);
  if (!late) return;
  const path = [...at, ...late].map(String).join(".");
  throw new CountersignError(
    "POLICY_INVALID",
    { path },
    { note: "It comes when the request has expired already: make it shorter than expiresIn." },
  );
}

function buildRule(name: string, rule: Word | ObjectRule, terms: ReviewTerms): CompiledRule {
  const given: ObjectRule = typeof rule === "string" ? { ask: rule === "ask" || undefined, deny: rule === "deny" || undefined } : rule;
  return {
    name: ruleName(name),
    schema: given.args,
    argsSchema: jsonSchemaOf(given.args),
    idempotent: given.idempotent ?? false,
    history: given.history ?? false,
    redact: given.redact ?? [],
    deny: given.deny,
    ask: given.ask,
    terms,
  };
}

/** Over names, terms, schemas and the conditions' source (`toString`): a changed policy has another hash. */
function hashOf(rules: readonly CompiledRule[], fallback: CompiledRule, context: StandardSchemaV1 | undefined): string {
  const describe = (rule: CompiledRule): JsonObject => ({
    name: rule.name.text,
    schema: rule.argsSchema ?? (rule.schema ? rule.schema["~standard"].vendor : null),
    idempotent: rule.idempotent,
    history: rule.history,
    redact: rule.redact.length > 0 ? rule.redact : undefined,
    deny: String(rule.deny),
    ask: String(rule.ask),
    terms: rule.terms,
  });
  return sha256({ rules: rules.map(describe), fallback: describe(fallback), context: jsonSchemaOf(context) ?? null });
}

function parsed<T>(type: z.ZodType<T>, value: unknown, at: readonly PropertyKey[]): T {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [...at, ...(issue?.path ?? [])].map(String).join(".") || "policy";
  throw new CountersignError("POLICY_INVALID", { path }, issue ? { note: mistakeIn(issue, value, at) } : {});
}
