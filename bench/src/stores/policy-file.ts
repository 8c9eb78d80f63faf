import { celEnv, parse, plan } from "@bufbuild/cel";
import { loadPolicy } from "@countersign/policy";
import type { Policy } from "@countersign/core";
import { ARGS, Payment } from "./policy.ts";

const CONDITIONS = ["args.amount > 100000", 'args.amount > 10000 || args.recipient == ""'] as const;

/** A rule for `read` like that of the policy in TypeScript, as a file with three conditions. */
export const policyFromFile: Policy = loadPolicy(
  `
version: 1
default: deny
tools:
  read:
    deny: ${CONDITIONS[0]}
    ask: ${CONDITIONS[1]}
`,
  { tools: { read: Payment } },
);

const environment = celEnv();
const programs = CONDITIONS.map((condition) => plan(environment, parse(condition)));

/** Those conditions, evaluated by the CEL library alone. */
export function evaluateConditions(): void {
  for (const program of programs)
    if (program({ args: { ...ARGS } as Record<string, string | number> }) !== false) throw new Error("this payment is small");
}
