import { celError, type CelError, type CelInput } from "@bufbuild/cel";
import type { JsonObject, PolicyCall } from "@countersign/core";
import type { Fact } from "./lower.ts";
import { VARIABLES } from "./reads.ts";
import { Budget, toCel } from "./values.ts";

/** The names of an expression and what they stand for. An error is a value too, which CEL's own type doesn't say. */
export type Bindings = Record<string, CelInput>;

const NOT_KNOWN = celError("it depends on the call") as unknown as CelInput;
const UNKNOWN: Readonly<Bindings> = Object.fromEntries([...VARIABLES].map((name) => [name, NOT_KNOWN]));

/** Without a call, everything that a call brings is unknown: an error, unless the expression doesn't depend on it. */
export function unknownCall(constants: JsonObject, facts: readonly Fact[]): Bindings {
  const known = { ...UNKNOWN, constants: toCel(constants, new Budget()) };
  return { ...known, ...Object.fromEntries(facts.map(({ name }) => [name, NOT_KNOWN])) };
}

/** Of the call that was looked at last: its conditions come one after another. A weak map would cost more than it saves. */
let last: CallBindings | undefined;

/** What a call's expressions see. All of them share what one has looked at; each has a budget of its own. */
export function bindingsOf(call: PolicyCall, constants: JsonObject, facts: readonly Fact[]): Bindings {
  const bindings = last?.call === call ? last : new CallBindings(call);
  last = bindings;
  bindings.begin(constants, facts);
  return bindings as unknown as Bindings;
}

/** Converts what an expression names, when it is named. */
class CallBindings {
  readonly call: PolicyCall;
  readonly #budget = new Budget();
  #args: CelInput | undefined;
  #context: CelInput | undefined;
  #requestedBy: CelInput | undefined;
  #now: CelInput | undefined;
  #constants: JsonObject | undefined;
  constants: CelInput = null;

  constructor(call: PolicyCall) {
    this.call = call;
  }

  /** One expression follows another, perhaps one of another file. */
  begin(constants: JsonObject, facts: readonly Fact[]): void {
    this.#budget.renew();
    if (constants !== this.#constants) {
      this.#constants = constants;
      this.constants = toCel(constants, this.#budget);
    }
    for (const fact of facts) {
      if (!Object.hasOwn(this, fact.name)) Object.assign(this, { [fact.name]: valueOf(fact, this.call) });
    }
  }

  get args(): CelInput {
    return (this.#args ??= convert(this.call.args, this.#budget));
  }

  get requestedBy(): CelInput {
    return (this.#requestedBy ??= convert(this.call.requestedBy, this.#budget));
  }

  get now(): CelInput {
    return (this.#now ??= convert(this.call.now, this.#budget));
  }

  /** A list or a text is gone through at once, so each expression that looks at it pays for it. */
  get context(): CelInput {
    const { context } = this.call;
    if (Array.isArray(context) || typeof context === "string") return convert(context, this.#budget);
    return (this.#context ??= convert(context, this.#budget));
  }

  get namespace(): CelInput {
    return this.call.namespace ?? null;
  }

  get tool(): CelInput {
    return this.call.tool;
  }

  get agent(): CelInput {
    return this.call.agent;
  }

  get threadId(): CelInput {
    return this.call.threadId;
  }
}

/** An error only for an expression that looks at it. */
function convert(value: unknown, budget: Budget): CelInput {
  try {
    return toCel(value, budget);
  } catch (error) {
    return celError(error) as unknown as CelInput;
  }
}

function valueOf({ kind, path, tool }: Fact, { history }: PolicyCall): CelInput | CelError {
  try {
    return kind === "count" ? BigInt(history.count(tool)) : history.sum(path ?? "", tool);
  } catch (error) {
    return celError(error);
  }
}
