import {
  demand,
  demandOptions,
  ruleName,
  policyOf,
  type CheckedCall,
  type CompiledPolicy,
  type Judgement,
  type PolicyInternals,
} from "@countersign/core/policy";
import type { Policy, Verdict } from "@countersign/core";
import { speaksOf } from "./file/scope.ts";
import { internalsOf } from "./internals.ts";
import { tell } from "./tell.ts";

/** What the policy that is tried would have said, beside what counted. */
export interface ShadowReport {
  readonly call: CheckedCall;
  readonly enforced: Verdict;
  readonly tried: Verdict;
  /** In the answer, the rule, the reason or the terms. */
  readonly differs: boolean;
  /** Hashes of the policies. */
  readonly enforcedBy: string;
  readonly triedBy: string;
}

export interface ShadowOptions {
  /** Gets every judgement on a tried tool: one call may be judged more than once. It may throw, or reject: nothing that counts depends on it. */
  readonly report: (report: ShadowReport) => void;
  /**
   * The tools for which the new policy is only tried, by name or pattern as in a policy. Every other tool follows it
   * already. Default: all are only tried.
   */
  readonly tools?: readonly string[] | undefined;
}

const CALL = "shadow(current, next, { report })";

/**
 * Tries a new policy on live calls: the current one counts, the new one is evaluated and reported.
 * @example shadow(current, policyFile("next.yaml"), { report: ({ differs, call }) => differs && log(call) })
 * @example shadow(definePolicy({ default: "allow" }), next, { report }) // enforces nothing
 * @throws SETUP for a policy that is none, and for an option that there isn't
 */
export function shadow<Tools, Context>(current: Policy<Tools, Context>, candidate: Policy, options: ShadowOptions): Policy<Tools, Context> {
  demandOptions(options, ["report", "tools"], CALL);
  const { report, tools } = options;
  demand(typeof report === "function", report, "report", CALL);
  demand(tools === undefined || Array.isArray(tools), tools, "tools", 'shadow(current, next, { report, tools: ["send_*"] })');
  const [old, next] = [internalsOf(current), internalsOf(candidate)];
  const patterns = tools?.map(ruleName);
  const isTried = ({ namespace, tool }: Pick<CheckedCall, "namespace" | "tool">): boolean =>
    patterns?.some((name) => speaksOf(name, namespace === undefined ? tool : `${namespace}/${tool}`)) ?? true;
  const counts = (call: Pick<CheckedCall, "namespace" | "tool">): PolicyInternals => (isTried(call) ? old : next);

  /** What the report answers: it may be a promise that fails. */
  function compare(call: CheckedCall, judgement: Judgement): unknown {
    const compared = reportOf(call, judgement, next.judge({ ...call, now: judgement.at }));
    // Where something had to be counted first, both are judged again.
    return call.totals?.isShort ? undefined : report(compared);
  }

  return policyOf({
    get compiled(): CompiledPolicy {
      if (!patterns) return old.compiled;
      const { hash, mayAsk } = next.compiled;
      return { ...old.compiled, hash: `${old.compiled.hash}+${hash}`, mayAsk: old.compiled.mayAsk || mayAsk };
    },
    versionFor: (call) => counts(call).versionFor(call),
    judge: (call) => {
      const judgement = counts(call).judge(call);
      if (isTried(call)) tell(() => compare(call, judgement));
      return judgement;
    },
  });
}

function reportOf(call: CheckedCall, enforced: Judgement, tried: Judgement): ShadowReport {
  const [before, after] = [enforced.verdict, tried.verdict];
  return {
    call,
    enforced: before,
    tried: after,
    differs: JSON.stringify(before) !== JSON.stringify(after),
    enforcedBy: enforced.by.hash,
    triedBy: tried.by.hash,
  };
}
