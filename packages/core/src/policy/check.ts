import type { Description } from "../contract/description.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import type { Verdict } from "../contract/verdict.ts";
import type { CheckedCall } from "./checked-call.ts";
import type { CompiledPolicy, CompiledRail, CompiledRule, Layer } from "./compiled.ts";
import { readDescription } from "./description.ts";
import { isAbout, ruleOf, rulesIn } from "./find.ts";
import { holds } from "./holds.ts";
import { Looking, shownArgs, type Look } from "./look.ts";
import { addressOf, isNamespaced } from "./names.ts";
import { keeping } from "./review.ts";
import { tightened } from "./tighten.ts";

/** A verdict, the rule that gave it and the policy that the rule is of. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly rule: CompiledRule;
  readonly by: CompiledPolicy;
  /** Unix ms: what `now` was. */
  readonly at: number;
  /** What people are told of the call, whoever asks them: the policy, or a framework in its place. Undefined: nothing. */
  readonly describe: () => Description | undefined;
  /** What could not be evaluated, and so holds. Absent: all could. */
  readonly faults?: readonly Fault[] | undefined;
}

/** A condition, or something that conditions need, that gave no answer. */
export interface Fault {
  /** Its name, or where the guard rail stands. */
  readonly rule: string;
  readonly part: "ask" | "deny" | "args" | "context" | "describe";
  readonly error: unknown;
}

/** How the reason of a denial begins whose rule gives none. */
export const NOT_ALLOWED = "The policy does not allow ";

const ALLOW: Verdict = { type: "allow" };
const STRICTNESS = { allow: 0, invalid: 1, ask: 2, deny: 3 } as const;

/** The verdict on a call. Never throws: what can't be evaluated holds. */
export function judge(policy: CompiledPolicy, call: CheckedCall): Judgement {
  return new Judging(policy, call).judge();
}

/** What a rule says. */
interface Said {
  readonly verdict: Verdict;
  readonly rule: CompiledRule;
}

class Judging {
  readonly #policy: CompiledPolicy;
  readonly #call: CheckedCall;
  readonly #at: number;
  readonly #faults: Fault[] = [];
  #looking: Looking | undefined;

  constructor(policy: CompiledPolicy, call: CheckedCall) {
    this.#policy = policy;
    this.#call = call;
    this.#at = call.now ?? Date.now();
  }

  judge(): Judgement {
    const { layers, fallback } = this.#policy;
    let opinion: Said | undefined;
    for (const layer of layers) {
      const said = this.#opinionOf(layer);
      opinion = opinion && said ? this.#both(opinion, said) : (opinion ?? said);
    }
    const ruled = opinion ?? this.#apply(fallback, layers[0]);
    const { verdict, rule } = layers.reduce((said, layer) => this.#behindRails(said, layer), ruled);
    // At once where it is asked for, so that what goes wrong is told with the rest.
    const description = verdict.type === "ask" ? this.#describe() : undefined;
    const describe = verdict.type === "ask" ? () => description : () => this.#describe();
    const faults = this.#faults.length > 0 ? this.#faults : undefined;
    return { verdict, rule, by: this.#policy, at: this.#at, describe, ...(faults && { faults }) };
  }

  #describe(): Description | undefined {
    const { layers } = this.#policy;
    for (const layer of layers)
      for (const rule of rulesIn(layer, this.#call)) {
        if (!rule.describe) continue;
        const look = this.#look(rule, layer);
        if (!("call" in look) || !look.call) return undefined;
        try {
          const { description, flaw } = readDescription(rule.describe({ ...look.call, args: shownArgs(look.call) } as never));
          if (flaw !== undefined) this.#tell(rule.name.text, "describe", new Error(flaw));
          return Object.keys(description).length > 0 ? description : undefined;
        } catch (error) {
          this.#tell(rule.name.text, "describe", error);
          return undefined;
        }
      }
    return undefined;
  }

  /** Undefined: it names no such tool, or may not allow one in this namespace. */
  #opinionOf(layer: Layer): Said | undefined {
    const [first, ...others] = rulesIn(layer, this.#call);
    if (!first) return undefined;
    const said = others.reduce((a, rule) => stricter(a, this.#apply(rule, layer)), this.#apply(first, layer));
    // A name without a namespace asks and denies everywhere, but it allows only tools that have none.
    return said.verdict.type === "allow" && this.#call.namespace !== undefined && !isNamespaced(first) ? undefined : said;
  }

  #apply(rule: CompiledRule, layer: Layer | undefined): Said {
    return { rule, verdict: this.#verdictBy(rule, layer) };
  }

  #verdictBy(rule: CompiledRule, layer: Layer | undefined): Verdict {
    if (rule.deny === undefined && rule.ask.length === 0 && !rule.schema) return ALLOW;
    const look = this.#look(rule, layer);
    if ("issues" in look) return { type: "invalid", issues: look.issues };
    const { text } = rule.name;
    const denied = holds(rule.deny, look.call, this.#denies(), (error) => this.#tell(text, "deny", error));
    if (denied !== undefined) return { type: "deny", rule: text, reason: denied };
    for (const [index, { when, reason, terms }] of rule.ask.entries()) {
      const asked = holds(when, look.call, reason ?? this.#asks(), (error) => this.#tell(text, "ask", error));
      if (asked !== undefined) return { type: "ask", rule: text, ...(rule.isTiered && { tier: index + 1 }), reason: asked, terms };
    }
    return ALLOW;
  }

  /** Of two policies. Whoever may sign has to be accepted by both, and arguments that one of them can't read are none. */
  #both(a: Said, b: Said): Said {
    if (a.verdict.type !== "ask" || b.verdict.type !== "ask") {
      const [invalid] = [a, b].filter(({ verdict }) => verdict.type === "invalid");
      return invalid && a.verdict.type !== "deny" && b.verdict.type !== "deny" ? invalid : stricter(a, b);
    }
    const terms = tightened(a.verdict.terms, b.verdict.terms, this.#call.requestedBy);
    return { rule: a.rule, verdict: this.#asking(a.verdict, terms, b.verdict.reason, b.verdict.rule) };
  }

  #behindRails(said: Said, layer: Layer): Said {
    let { verdict } = said;
    for (const rail of layer.rails) {
      if (verdict.type === "deny" || verdict.type === "invalid") break;
      if (!isAbout(rail, this.#call)) continue;
      verdict = this.#behind(verdict, rail, layer);
    }
    return verdict === said.verdict ? said : { ...said, verdict };
  }

  #behind(verdict: Extract<Verdict, { type: "allow" | "ask" }>, rail: CompiledRail, layer: Layer): Verdict {
    // It sees the arguments as the rule of its own policy does: whoever includes that can't change what it sees.
    const [own] = rulesIn(layer, this.#call);
    const look = rail.when === true ? undefined : this.#look(own ?? ruleOf(this.#policy, this.#call), layer);
    const seen = look && "call" in look ? look.call : undefined;
    const part = rail.denies ? "deny" : "ask";
    const plain = rail.reason ?? (rail.denies ? this.#denies() : this.#asks());
    const reason = holds(rail.when, seen, plain, (error) => this.#tell(rail.at, part, error));
    if (reason === undefined) return verdict;
    if (rail.denies) return { type: "deny", rule: rail.at, reason };
    if (verdict.type === "allow") return { type: "ask", rule: rail.at, reason, terms: rail.terms };
    return this.#asking(verdict, keeping(verdict.terms, rail.adds, this.#call.requestedBy), reason, rail.at);
  }

  #asking(verdict: Extract<Verdict, { type: "ask" }>, terms: ReviewTerms | undefined, also: string, rule: string): Verdict {
    const reason = verdict.reason === also ? also : `${verdict.reason}; ${also}`;
    if (terms) return { ...verdict, reason, terms };
    return { type: "deny", rule: verdict.rule, reason: `nobody can sign under the terms of both ${verdict.rule} and ${rule} (${reason})` };
  }

  #look({ schema }: CompiledRule, layer: Layer | undefined): Look {
    const tell = (part: Fault["part"], error: unknown): void => this.#tell(ruleOf(this.#policy, this.#call).name.text, part, error);
    this.#looking ??= new Looking(this.#policy, this.#call, this.#at, tell);
    return this.#looking.by(schema, layer?.context);
  }

  #asks(): string {
    return `The policy asks about ${addressOf(this.#call)}`;
  }

  #denies(): string {
    return `${NOT_ALLOWED}${addressOf(this.#call)}`;
  }

  #tell(rule: string, part: Fault["part"], error: unknown): void {
    this.#faults.push({ rule, part, error });
  }
}

function stricter(a: Said, b: Said): Said {
  return STRICTNESS[a.verdict.type] >= STRICTNESS[b.verdict.type] ? a : b;
}
