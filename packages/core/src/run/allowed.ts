import { requestIdOf } from "../canonical/json.ts";
import type { CallContext, ProposedCall } from "../contract/call.ts";
import type { Effect, EffectOptions, Execution } from "../contract/execution.ts";
import { isCountersignError } from "../errors/error.ts";
import { isPassing } from "../errors/passing.ts";
import type { Invocation } from "../hold/invocation.ts";
import { demandLease } from "../hold/lease.ts";
import type { Kernel } from "../kernel.ts";
import type { Judgement } from "../policy/check.ts";
import { redactionOf } from "../policy/find.ts";
import { runningCall } from "../resume/current-call.ts";

/**
 * Runs a call that the policy allows: the framework's business, neither recorded nor guarded against a replay.
 * @throws FROZEN, LEASE_LOST, and what the effect throws if that is a pause or means "not now"
 */
export async function runAllowed<R>(
  kernel: Kernel,
  invocation: Invocation,
  call: ProposedCall,
  by: Judgement["by"],
  effect: Effect<R>,
  { paused }: EffectOptions<R>,
): Promise<Execution<R>> {
  const { requestId, met = {} } = runningCall.getStore() ?? {};
  const context: CallContext = new AllowedContext(kernel.ledger.tenant, invocation.threadId, call);
  const looking = kernel.freezes.beginning(invocation.threadId);
  if (looking) await looking;
  kernel.freezes.demand({ namespace: call.namespace, tool: call.tool, agent: invocation.agent });
  // Reading a restored turn may have taken longer than the lease.
  demandLease(kernel, invocation);
  tellAllowed(kernel, invocation, call, by);
  try {
    const result = await runningCall.run({ context, requestId, met }, () => effect(call.args, context));
    return { status: "ran", result, args: call.args, notice: undefined, replayed: false };
  } catch (error) {
    if (paused?.(error) || (isCountersignError(error) && isPassing(error))) throw error;
    return { status: "failed", error, replayed: false };
  }
}

/** The key is a hash, and most tools don't ask for it. A copy of it has the key, too, which a getter of the class wouldn't give it. */
class AllowedContext implements CallContext {
  declare readonly idempotencyKey: string;
  readonly attempt = 1;
  readonly threadId: string;
  readonly request = undefined;
  readonly #tenant: string;
  readonly #call: ProposedCall;
  #key: string | undefined;
  // One getter for all of them: of a new one for each call the engine would make a new shape.
  static readonly #KEY: PropertyDescriptor & ThisType<AllowedContext> = {
    get() {
      return (this.#key ??= requestIdOf(this.#tenant, this.threadId, this.#call));
    },
    enumerable: true,
  };

  constructor(tenant: string, threadId: string, call: ProposedCall) {
    this.threadId = threadId;
    this.#tenant = tenant;
    this.#call = call;
    Object.defineProperty(this, "idempotencyKey", AllowedContext.#KEY);
  }
}

/** Tells whoever listens of a call that leaves no record. What fails there is its own affair: nothing that counts depends on it. */
function tellAllowed({ onAllowed }: Kernel, invocation: Invocation, call: ProposedCall, by: Judgement["by"]): void {
  if (!onAllowed) return;
  const { namespace, tool, args } = call;
  const { threadId, agent, requestedBy, context } = invocation;
  const redact = redactionOf(by, call);
  try {
    const told: unknown = onAllowed({ namespace, tool, args, threadId, agent, requestedBy, context, redact, policyHash: by.hash });
    if (told instanceof Promise) told.catch(() => {});
  } catch {
    // Its own affair.
  }
}
