import type { ProposedCall } from "../contract/call.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { redactionOf, type Judgement } from "../policy/check.ts";

/** Tells whoever listens of a call that leaves no record. What fails there is its own affair: nothing that counts depends on it. */
export function tellAllowed({ onAllowed }: Kernel, invocation: Invocation, call: ProposedCall, by: Judgement["by"]): void {
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
