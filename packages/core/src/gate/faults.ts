import { messageOf } from "../errors/message-of.ts";
import type { Fault } from "../policy/check.ts";
import type { PolicyInternals } from "../policy/policy.ts";

/** The same policy, that tells of what it could not evaluate: once about each part of a rule, or a busy agent would fill the log. */
export function tellingFaults(policy: PolicyInternals, warn: (message: string) => void): PolicyInternals {
  const told = new Set<string>();

  function tell({ rule, part, error }: Fault): void {
    const key = JSON.stringify([rule, part]);
    if (told.has(key)) return;
    told.add(key);
    const what = {
      ask: "its ask condition",
      deny: "its deny condition",
      args: "its args schema",
      context: "the policy's context schema",
      describe: "its describe",
    };
    const consequence = part === "describe" ? "so people read less than it says" : "so it counts as true";
    warn(
      `Rule ${rule}: ${what[part]} could not be evaluated, ${consequence}: ${messageOf(error)}. ` +
        "Mend the policy. You are told this once, however many calls there are.",
    );
  }

  return {
    get compiled() {
      return policy.compiled;
    },
    versionFor: (call) => policy.versionFor(call),
    judge(call) {
      const judgement = policy.judge(call);
      if (!call.totals?.isShort) judgement.faults?.forEach(tell);
      return judgement;
    },
  };
}
