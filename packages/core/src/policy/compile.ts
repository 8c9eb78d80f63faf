import type { z } from "zod";
import { sha256 } from "../canonical/json.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { JsonObject } from "../contract/json.ts";
import { termsSchema, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { refuseUnmeetable } from "./combinations.ts";
import type { CompiledPolicy, CompiledRail, CompiledRule, CompiledTier, Layer } from "./compiled.ts";
import { refuseUnconfirmable } from "./confirmable.ts";
import { policySchema, ruleSchema, tierSchema, wordSchema, type GivenRail, type GivenRule, type Word } from "./given.ts";
import { mistakeIn } from "./mistakes.ts";
import { isNamespaced, ruleName } from "./names.ts";
import { invalid, keeping, refuseContradictions, writtenOver } from "./review.ts";
import { jsonSchemaOf } from "./schema.ts";
import { hasEnough } from "./tighten.ts";

/** @param included what `include` names, compiled. @throws POLICY_INVALID with the place of the first mistake */
export function compile(input: unknown, included: readonly CompiledPolicy[] = []): CompiledPolicy {
  const policy = parsed(policySchema, input, []);
  const below = included.flatMap(({ layers }, index) => layers.map((layer) => placed(layer, `include[${index}]`)));
  const neverRemembers = policy.remember === "never" || below.some((layer) => layer.neverRemembers);
  const making = new Making(policy.review, below, neverRemembers);
  const rules = Object.entries(policy.tools ?? {}).map(([name, rule]) => {
    if (name === "" || /\s/.test(name)) throw invalid(["tools", name], "A tool's name has at least one character, and no spaces.");
    const at = ["tools", name];
    return making.rule(name, typeof rule === "string" ? parsed(wordSchema, rule, at) : parsed(ruleSchema, rule, at), at);
  });
  rules.sort((a, b) => b.name.specificity - a.name.specificity || (a.name.text < b.name.text ? -1 : 1));
  const own: Layer = {
    at: [],
    context: policy.context,
    rules,
    namespaced: rules.filter(isNamespaced),
    plain: rules.filter((rule) => !isNamespaced(rule)),
    exact: new Map(rules.filter(({ name }) => !name.text.includes("*")).map((rule) => [rule.name.text, rule])),
    rails: (policy.always ?? []).map((rail, index) => making.rail(rail, index)),
    review: policy.review,
    default: policy.default,
    neverRemembers,
  };
  const layers = [own, ...(neverRemembers ? below.map(forgetting) : below)];
  const fallback = making.rule("default", strictestDefault(layers), ["default"]);
  refuseUnmeetable(layers, fallback);
  refuseUnconfirmable(layers);
  const mayAsk = [fallback, ...layers.flatMap((layer) => layer.rules)].some(({ ask }) => ask.length > 0);
  const railsAsk = layers.some(({ rails }) => rails.some(({ denies }) => !denies));
  const context = layers.find((layer) => layer.context)?.context;
  return { hash: hashOf(own, fallback, included), context, layers, fallback, mayAsk: mayAsk || railsAsk };
}

/** Makes the rules of one policy under what its top, and what it includes, say of all of them. */
class Making {
  readonly #base: ReviewTerms;
  readonly #below: readonly Layer[];
  readonly #cap: ReviewTerms;

  constructor(review: ReviewTerms | undefined, below: readonly Layer[], neverRemembers: boolean) {
    const outside = { expiresIn: DEFAULTS.expiresIn };
    const written = { review, at: ["review"] };
    refuseContradictions(outside, written);
    this.#base = writtenOver(outside, written);
    this.#below = below;
    this.#cap = neverRemembers ? { remember: "never" } : {};
  }

  rule(name: string, given: Word | GivenRule, at: readonly string[]): CompiledRule {
    const rule: GivenRule = typeof given === "string" ? { ask: given === "ask" || undefined, deny: given === "deny" || undefined } : given;
    const own = { review: rule.review, at: [...at, "review"] };
    refuseContradictions(this.#base, own);
    const terms = writtenOver(this.#base, own);
    const isTiered = Array.isArray(rule.ask);
    const kept = this.#kept(terms, own.at);
    return {
      name: ruleName(name),
      schema: rule.args,
      argsSchema: jsonSchemaOf(rule.args),
      idempotent: rule.idempotent ?? false,
      history: rule.history ?? false,
      redact: rule.redact ?? [],
      describe: rule.describe,
      deny: rule.deny,
      ask: Array.isArray(rule.ask)
        ? rule.ask.map((tier: unknown, index) => this.#tier(tier, terms, [...at, "ask", String(index)]))
        : rule.ask === undefined
          ? []
          : [{ when: rule.ask as CompiledTier["when"], reason: undefined, terms: kept }],
      isTiered,
      terms: kept,
    };
  }

  rail({ tools, when = true, deny, reason, history = false, review }: GivenRail, index: number): CompiledRail {
    const own = { review, at: ["always", String(index), "review"] };
    refuseContradictions(this.#base, own);
    // Whom a guard rail names, nobody else stands in for.
    const names = review?.roles ?? review?.reviewers;
    const terms = this.#kept(writtenOver(names ? { ...this.#base, roles: undefined, reviewers: undefined } : this.#base, own), own.at);
    return {
      at: `always[${index}]`,
      tools: tools?.map(ruleName),
      when,
      denies: deny === true,
      reason,
      history,
      terms,
      adds: { ...this.#kept(writtenOver({}, own), own.at), remember: terms.remember, batch: terms.batch },
    };
  }

  #tier(given: unknown, outside: ReviewTerms, at: readonly string[]): CompiledTier {
    const { when = true, reason, review } = parsed(tierSchema, given, at);
    const own = { review, at: [...at, "review"] };
    refuseContradictions(outside, own);
    return { when, reason, terms: this.#kept(writtenOver(outside, own), own.at) };
  }

  /** What is included holds its including files to the terms at its top. */
  #kept(terms: ReviewTerms, at: readonly string[]): ReviewTerms {
    const kept = this.#below.reduce<ReviewTerms | undefined>((tight, { review }) => {
      if (!tight || !review) return tight;
      return keeping(tight, { ...review, remember: review.remember ?? tight.remember, batch: review.batch ?? tight.batch });
    }, terms);
    if (!kept) throw invalid(at, "Nobody could sign under these terms and the review of a policy that is included.");
    if (!hasEnough(kept, undefined))
      throw invalid([...at, "quorum"], "The groups ask for more people than they name. Name more, or ask for fewer.");
    return parsed(termsSchema, { ...kept, ...this.#cap }, at);
  }
}

/** Told apart from what stands at the same place of another policy. */
function placed(layer: Layer, at: string): Layer {
  return { ...layer, at: [at, ...layer.at], rails: layer.rails.map((rail) => ({ ...rail, at: `${at}.${rail.at}` })) };
}

function forgetting(layer: Layer): Layer {
  const forget = <T extends { readonly terms: ReviewTerms }>(each: T): T => ({ ...each, terms: { ...each.terms, remember: "never" } });
  const rule = (each: CompiledRule): CompiledRule => forget({ ...each, ask: each.ask.map(forget) });
  return {
    ...layer,
    rules: layer.rules.map(rule),
    namespaced: layer.namespaced.map(rule),
    plain: layer.plain.map(rule),
    exact: new Map([...layer.exact].map(([address, each]) => [address, rule(each)])),
    rails: layer.rails.map(forget),
  };
}

/** Where none says: people are asked. */
function strictestDefault(layers: readonly Layer[]): Word {
  const said = new Set(layers.map((layer) => layer.default));
  return said.has("deny") ? "deny" : said.has("ask") || !said.has("allow") ? "ask" : "allow";
}

/** Over names, terms, schemas and the conditions' source (`toString`): a changed policy has another hash. */
function hashOf(
  { rules, rails, context, review, default: word, neverRemembers }: Layer,
  fallback: CompiledRule,
  included: readonly CompiledPolicy[],
): string {
  const rule = (each: CompiledRule): JsonObject => ({
    name: each.name.text,
    schema: each.argsSchema ?? (each.schema ? each.schema["~standard"].vendor : null),
    idempotent: each.idempotent,
    history: each.history,
    redact: each.redact.length > 0 ? each.redact : undefined,
    describe: each.describe && String(each.describe),
    deny: String(each.deny),
    ask: each.ask.map(({ when, reason, terms }) => ({ when: String(when), reason, terms })),
    isTiered: each.isTiered,
    terms: each.terms,
  });
  const rail = ({ tools, when, denies, reason, history, terms, adds }: CompiledRail): JsonObject => ({
    ...{ tools: tools?.map(({ text }) => text), when: String(when), denies, reason, history, terms, adds },
  });
  return sha256({
    rules: rules.map(rule),
    rails: rails.map(rail),
    fallback: rule(fallback),
    context: jsonSchemaOf(context) ?? null,
    // For whoever includes it.
    below: { review, default: word, neverRemembers },
    included: included.map(({ hash }) => hash),
  });
}

function parsed<T>(type: z.ZodType<T>, value: unknown, at: readonly PropertyKey[]): T {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [...at, ...(issue?.path ?? [])].map(String).join(".") || "policy";
  throw new CountersignError("POLICY_INVALID", { path }, issue ? { note: mistakeIn(issue, value, at) } : {});
}
