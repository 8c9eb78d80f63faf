import { celEnv, parse, plan } from "@bufbuild/cel";
import { loadPolicy } from "@countersign/policy";
import type { Policy } from "@countersign/core";
import { ARGS, Payment } from "./policy.ts";

/** Of a rule: what it denies, and two tiers. */
const CONDITIONS = ["args.amount > 100000", "args.amount > 50000", 'args.amount > 10000 || args.recipient == ""'] as const;
const GUARD_RAILS = ['args.recipient == "Mallory Trading"', "has(args.recipient) && args.recipient.size() > 200"] as const;

/** A rule for `read` like that of the policy in TypeScript, as a file with three conditions and two guard rails. */
export const policyFromFile: Policy = loadPolicy(
  `
version: 1
default: deny
review: { roles: [finance] }
tools:
  read:
    deny: ${CONDITIONS[0]}
    ask:
      - { when: '${CONDITIONS[1]}', review: { quorum: 2 } }
      - { when: '${CONDITIONS[2]}' }
always:
  - { tools: [read], when: '${GUARD_RAILS[0]}', deny: true }
  - { when: '${GUARD_RAILS[1]}', ask: true }
`,
  { tools: { read: Payment } },
);

const environment = celEnv();
const programs = [...CONDITIONS, ...GUARD_RAILS].map((condition) => plan(environment, parse(condition)));

/** Those conditions, evaluated by the CEL library alone. */
export function evaluateConditions(): void {
  for (const program of programs)
    if (program({ args: { ...ARGS } as Record<string, string | number> }) !== false) throw new Error("this payment is small");
}
