import type { InvalidCall, ProposedCall } from "../contract/call.ts";
import type { Issue } from "../contract/json.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import type { Judgement } from "../policy/check.ts";

/** Tells whoever counts them of the calls of one invocation whose arguments can't be used: once of each call. */
export class InvalidCalls {
  readonly #kernel: Pick<Kernel, "onInvalid">;
  readonly #invocation: Invocation;
  /** Told of when somebody looked ahead: the call itself is still to come. */
  readonly #ahead = new Set<string>();

  constructor(kernel: Pick<Kernel, "onInvalid">, invocation: Invocation) {
    this.#kernel = kernel;
    this.#invocation = invocation;
  }

  /** A call that runs, or would. `ahead`: somebody looks what would come of it. */
  judged(call: ProposedCall, { verdict }: Judgement, { ahead = false }: { readonly ahead?: boolean } = {}): void {
    if (verdict.type !== "invalid" || !this.#kernel.onInvalid) return;
    const key = JSON.stringify([call.turnId, call.callId, call.namespace, call.tool]);
    const isTold = ahead ? this.#ahead.has(key) : this.#ahead.delete(key);
    if (ahead) this.#ahead.add(key);
    if (!isTold) this.tell(call, verdict.issues);
  }

  /** What fails in the hook is its own affair. */
  tell({ namespace, tool }: Pick<ProposedCall, "namespace" | "tool">, issues: readonly Issue[]): void {
    const { threadId, agent, requestedBy } = this.#invocation;
    const invalid: InvalidCall = { namespace, tool, threadId, agent, requestedBy, issues };
    try {
      const told: unknown = this.#kernel.onInvalid?.(invalid);
      if (told instanceof Promise) told.catch(() => {});
    } catch {
      // Its own affair.
    }
  }
}
