import { celError, isCelError, plan, unparse, type CelEnv, type CelError, type CelInput, type CelResult } from "@bufbuild/cel";
import type { JsonObject, PolicyCall } from "@countersign/core";
import type { Expr, Expression } from "./expression.ts";
import { lower, type Fact } from "./lower.ts";
import { readsOf, VARIABLES } from "./reads.ts";
import { Budget, fromCel, toCel } from "./values.ts";

/** How one evaluation of a condition went. */
export interface Evaluation {
  readonly condition: Condition;
  readonly holds: boolean;
  /** Why it could not be evaluated: it then holds. */
  readonly error: string | undefined;
  /** What it looked at, in the words of the condition. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Where a condition stands, and what it is for. */
export interface ConditionSource {
  readonly kind: "deny" | "ask";
  readonly reason: string | undefined;
  readonly line: number;
  readonly column: number;
}

type Listener = (evaluation: Evaluation) => void;
let listener: Listener | undefined;

/** Tells of every condition that is evaluated while `work` runs. */
export function listenTo<T>(listen: Listener, work: () => T): T {
  const before = listener;
  listener = listen;
  try {
    return work();
  } finally {
    listener = before;
  }
}

/** A CEL expression that says whether a call is denied, or asked about. */
export class Condition {
  readonly source: ConditionSource;
  readonly text: string;
  readonly #evaluator: Evaluator;
  /** What it reads, for those who listen: planned when the first one does. */
  #reads: readonly (readonly [string, Evaluator])[] | undefined;
  readonly #readsOf: () => readonly (readonly [string, Evaluator])[];

  constructor(expression: Expression, environment: CelEnv, constants: JsonObject, source: ConditionSource) {
    this.source = source;
    this.text = expression.text.trim();
    this.#evaluator = new Evaluator(expression.expr, environment, constants);
    this.#readsOf = () => readsOf(expression.expr).map((part) => [unparse(part), new Evaluator(part, environment, constants)]);
  }

  /** Does it count calls that ran before? */
  get history(): boolean {
    return this.#evaluator.facts.length > 0;
  }

  /** For definePolicy: throws if it can't be evaluated, and so it holds. */
  predicate(): (call: PolicyCall) => boolean | string {
    const holds = (call: PolicyCall): boolean | string => {
      const result = this.#evaluator.evaluate(call);
      if (listener) this.#tell(listener, call, result);
      if (typeof result !== "boolean") throw new Error(wordsFor(result));
      return result && (this.source.reason ?? true);
    };
    // A policy's hash is made of what its conditions print.
    const printed = JSON.stringify({ cel: this.text, reason: this.source.reason, constants: this.#evaluator.constants });
    return Object.assign(holds, { toString: () => printed });
  }

  /** What it comes to whatever the call is; undefined: that depends on the call. */
  always(): boolean | undefined {
    const result = this.#evaluator.evaluate(undefined);
    return typeof result === "boolean" ? result : undefined;
  }

  #tell(listen: Listener, call: PolicyCall, result: CelResult): void {
    this.#reads ??= this.#readsOf();
    const values = this.#reads.flatMap(([text, evaluator]) => {
      const value = evaluator.evaluate(call);
      return isCelError(value) ? [] : [[text, fromCel(value)] as const];
    });
    const error = typeof result === "boolean" ? undefined : wordsFor(result);
    listen({ condition: this, holds: result !== false, error, values: Object.fromEntries(values) });
  }
}

type Bindings = Record<string, CelInput | CelError>;

/** An expression that is evaluated again and again. */
class Evaluator {
  readonly facts: readonly Fact[];
  readonly constants: JsonObject;
  readonly #plan: (bindings: Record<string, CelInput>) => CelResult;

  constructor(expression: Expr, environment: CelEnv, constants: JsonObject) {
    const { expr, facts } = lower(expression);
    this.facts = facts;
    this.constants = constants;
    this.#plan = plan(environment, expr);
  }

  /** Without a call, everything that a call brings is unknown: an error, unless the expression doesn't depend on it. */
  evaluate(call: PolicyCall | undefined): CelResult {
    try {
      const budget = new Budget();
      const bindings = call ? bindingsOf(call, budget) : { ...UNKNOWN };
      bindings["constants"] = toCel(this.constants, budget);
      for (const fact of this.facts) bindings[fact.name] = call ? valueOf(fact, call) : NOT_KNOWN;
      // An error is a value too, which CEL's own type doesn't say.
      return this.#plan(bindings as Record<string, CelInput>);
    } catch (error) {
      return celError(error);
    }
  }
}

const NOT_KNOWN = celError("it depends on the call");
const UNKNOWN: Bindings = Object.fromEntries([...VARIABLES].map((name) => [name, NOT_KNOWN]));

function bindingsOf(call: PolicyCall, budget: Budget): Bindings {
  return {
    args: toCel(call.args, budget),
    context: convert(call.context, budget),
    requestedBy: convert(call.requestedBy, budget),
    namespace: call.namespace ?? null,
    tool: call.tool,
    agent: call.agent,
    threadId: call.threadId,
  };
}

/** An error only for a condition that looks at it. */
function convert(value: unknown, budget: Budget): CelInput | CelError {
  try {
    return toCel(value, budget);
  } catch (error) {
    return celError(error);
  }
}

function valueOf({ kind, path, tool }: Fact, { history }: PolicyCall): CelInput | CelError {
  try {
    return kind === "count" ? BigInt(history.count(tool)) : history.sum(path ?? "", tool);
  } catch (error) {
    return celError(error);
  }
}

function wordsFor(result: CelResult): string {
  return isCelError(result) ? result.message : "it is neither true nor false";
}
