import { celError, isCelError, plan, unparse, type CelEnv, type CelInput, type CelResult } from "@bufbuild/cel";
import type { JsonObject, PolicyCall } from "@countersign/core";
import { bindingsOf, unknownCall } from "./bindings.ts";
import type { Expr } from "./expression.ts";
import { lower, type Fact } from "./lower.ts";
import { readsOf } from "./reads.ts";
import { fromCel } from "./values.ts";

/** An expression that is evaluated again and again. */
export class Evaluator {
  readonly facts: readonly Fact[];
  readonly constants: JsonObject;
  readonly #expression: Expr;
  readonly #environment: CelEnv;
  readonly #plan: (bindings: Record<string, CelInput>) => CelResult;
  /** What it reads, for those who listen: planned when the first one does. */
  #reads: readonly (readonly [string, Evaluator])[] | undefined;

  constructor(expression: Expr, environment: CelEnv, constants: JsonObject) {
    const { expr, facts } = lower(expression);
    this.facts = facts;
    this.constants = constants;
    this.#expression = expression;
    this.#environment = environment;
    this.#plan = plan(environment, expr);
  }

  /** Without a call: what it comes to whatever the call is, or an error. */
  evaluate(call: PolicyCall | undefined): CelResult {
    try {
      return this.#plan(call ? bindingsOf(call, this.constants, this.facts) : unknownCall(this.constants, this.facts));
    } catch (error) {
      return celError(error);
    }
  }

  /** What it looks at, in its own words. */
  seen(call: PolicyCall): readonly (readonly [string, unknown])[] {
    this.#reads ??= readsOf(this.#expression).map((part) => [unparse(part), new Evaluator(part, this.#environment, this.constants)]);
    return this.#reads.flatMap(([text, evaluator]) => {
      const value = evaluator.evaluate(call);
      return isCelError(value) ? [] : [[text, fromCel(value)] as const];
    });
  }
}
