import { isCelError, type CelEnv, type CelResult } from "@bufbuild/cel";
import type { JsonObject, PolicyCall } from "@countersign/core";
import { shownArgs } from "@countersign/core/policy";
import { Evaluator } from "./evaluator.ts";
import type { Expression } from "./expression.ts";
import type { Template } from "./template.ts";

/** How one evaluation of a condition went. */
export interface Evaluation {
  readonly condition: Condition;
  readonly holds: boolean;
  /** Why it could not be evaluated: it then holds. Or why its reason could not. */
  readonly error: string | undefined;
  /** What it looked at, in the words of the condition. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Where a condition stands, and what it is for. */
export interface ConditionSource {
  readonly kind: "deny" | "ask";
  /** Of the rule's tiers, from 1. */
  readonly tier?: number | undefined;
  /** Of the file's guard rails, from 0. */
  readonly rail?: number | undefined;
  /** The included file that it stands in. */
  readonly file?: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** Characters of a reason: what is longer is cut, for a model may have written it. */
const LONGEST = 500;

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

export type Predicate = (call: PolicyCall) => boolean | string;

/** A CEL expression that says whether a call is denied, or asked about. */
export class Condition {
  readonly source: ConditionSource;
  readonly text: string;
  readonly #evaluator: Evaluator;
  readonly #reason: Template | undefined;

  constructor(
    expression: Expression,
    environment: CelEnv,
    constants: JsonObject,
    source: ConditionSource & { readonly reason: Template | undefined },
  ) {
    const { reason, ...place } = source;
    this.source = place;
    this.text = expression.text.trim();
    this.#evaluator = new Evaluator(expression.expr, environment, constants);
    this.#reason = reason;
  }

  /** Does it, or its reason, count calls that ran before? */
  get history(): boolean {
    return this.#evaluator.facts.length > 0 || this.#reason?.history === true;
  }

  /**
   * For definePolicy: throws if it can't be evaluated, and so it holds. It throws as well if its reason can't be: then it
   * holds without that reason, and the fault is told.
   */
  predicate(): Predicate {
    const holds = (call: PolicyCall): boolean | string => {
      const result = this.#evaluator.evaluate(call);
      const said = result === true ? this.#said(call) : undefined;
      if (listener) this.#tell(listener, call, result, said);
      if (typeof result !== "boolean") throw new Error(wordsFor(result));
      if (said instanceof Error) throw said;
      return said ?? result;
    };
    // A policy's hash is made of what its conditions print.
    const printed = JSON.stringify({ cel: this.text, reason: this.#reason?.text, constants: this.#evaluator.constants });
    return Object.assign(holds, { toString: () => printed });
  }

  /** What it comes to whatever the call is; undefined: that depends on the call. */
  always(): boolean | undefined {
    const result = this.#evaluator.evaluate(undefined);
    return typeof result === "boolean" ? result : undefined;
  }

  /** People read it, so it is made of what they may see. */
  #said(call: PolicyCall): string | Error | undefined {
    try {
      const args = shownArgs(call);
      const said = this.#reason?.render(args === call.args ? call : { ...call, args });
      return said !== undefined && said.length > LONGEST ? `${said.slice(0, LONGEST - 1).toWellFormed()}…` : said;
    } catch (error) {
      return new Error(`its reason can't be written: ${(error as Error).message}`);
    }
  }

  #tell(listen: Listener, call: PolicyCall, result: CelResult, said: string | Error | undefined): void {
    const error = typeof result !== "boolean" ? wordsFor(result) : said instanceof Error ? said.message : undefined;
    listen({ condition: this, holds: result !== false, error, values: Object.fromEntries(this.#evaluator.seen(call)) });
  }
}

function wordsFor(result: CelResult): string {
  return isCelError(result) ? result.message : "it is neither true nor false";
}
