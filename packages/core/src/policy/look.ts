import type { CallHistory } from "../contract/history.ts";
import type { Issue, JsonObject, StandardSchemaV1 } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import type { PolicyCall } from "../contract/policy.ts";
import type { CheckedCall } from "./checked-call.ts";
import type { CompiledPolicy } from "./compiled.ts";
import { isOnRecord, redactionOf } from "./find.ts";
import { historyOf } from "./history.ts";
import { parseWith, type Parsed } from "./schema.ts";

/** What conditions get to see of a call. Undefined: a schema failed, so no condition can be evaluated. */
export type Look = { readonly call: PolicyCall | undefined } | { readonly issues: readonly Issue[] };

const SHOWN = Symbol("shown");
const AT = Symbol("at");

/**
 * The arguments as people get to see them: for whatever words are made of them. With masks these are the model's own, for what a
 * schema makes of them may carry a value elsewhere.
 */
export function shownArgs(call: PolicyCall): JsonObject {
  const shown = (call as PolicyCall & { readonly [SHOWN]?: () => JsonObject })[SHOWN];
  return shown ? shown() : call.args;
}

type Tell = (part: "args" | "context", error: unknown) => void;
type Schema = StandardSchemaV1 | undefined;

/** One call, looked at once by each pair of schemas, however many conditions there are. */
export class Looking {
  readonly #policy: CompiledPolicy;
  readonly #call: CheckedCall;
  readonly #now: number;
  readonly #tell: Tell;
  readonly #looks: { readonly args: Schema; readonly context: Schema; readonly look: Look }[] = [];

  constructor(policy: CompiledPolicy, call: CheckedCall, now: number, tell: Tell) {
    this.#policy = policy;
    this.#call = call;
    this.#now = now;
    this.#tell = tell;
  }

  by(args: Schema, context: Schema): Look {
    const known = this.#looks.find((each) => each.args === args && each.context === context);
    if (known) return known.look;
    const look = this.#look(args, context);
    this.#looks.push({ args, context, look });
    return look;
  }

  #look(schema: Schema, contextSchema: Schema): Look {
    const args = this.#parsed(schema);
    if (args && "issues" in args) return args;
    const context = this.#contextBy(contextSchema);
    if (!args || !context) return { call: undefined };
    const history = historyOf(this.#call, this.#call, (name) => isOnRecord(this.#policy, name));
    const shown = (): JsonObject => this.#shown(args.value as JsonObject);
    return { call: new SeenCall(this.#call, args.value, context.value, history, this.#now, shown) as unknown as PolicyCall };
  }

  #shown(args: JsonObject): JsonObject {
    const redact = [...(redactionOf(this.#policy, this.#call) ?? []), ...(this.#call.redact ?? [])];
    return redact.length > 0 ? masked(this.#call.args, redact) : args;
  }

  /** Undefined: the schema itself failed. */
  #parsed(schema: Schema): Parsed | undefined {
    if (!schema) return { value: this.#call.args };
    try {
      return parseWith(schema, this.#call.args);
    } catch (error) {
      this.#tell("args", error);
      return undefined;
    }
  }

  #contextBy(schema: Schema): { readonly value: unknown } | undefined {
    if (!schema) return { value: this.#call.context };
    try {
      const parsed = parseWith(schema, this.#call.context);
      if ("value" in parsed) return parsed;
      this.#tell("context", new Error(parsed.issues.map(({ path, message }) => [...path, message].map(String).join(": ")).join("; ")));
    } catch (error) {
      this.#tell("context", error);
    }
    return undefined;
  }
}

/** What conditions are given. A copy of it has the time, too, which a getter of the class wouldn't give it. */
class SeenCall {
  declare readonly now: Date;
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly args: unknown;
  readonly context: unknown;
  readonly threadId: string | undefined;
  readonly agent: string | undefined;
  readonly requestedBy: CheckedCall["requestedBy"];
  readonly history: CallHistory;
  readonly [AT]: number;
  readonly [SHOWN]: () => JsonObject;
  // One getter for all of them: of a new one for each call the engine would make a new shape. One date for each that looks: it can be changed.
  static readonly #NOW: PropertyDescriptor & ThisType<SeenCall> = {
    get() {
      return new Date(this[AT]);
    },
    enumerable: true,
  };

  constructor(call: CheckedCall, args: unknown, context: unknown, history: CallHistory, at: number, shown: () => JsonObject) {
    this.namespace = call.namespace;
    this.tool = call.tool;
    this.args = args;
    this.context = context;
    this.threadId = call.threadId;
    this.agent = call.agent;
    this.requestedBy = call.requestedBy;
    this.history = history;
    this[AT] = at;
    this[SHOWN] = shown;
    Object.defineProperty(this, "now", SeenCall.#NOW);
  }
}
