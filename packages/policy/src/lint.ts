import { demandOptions } from "@countersign/core/policy";
import { readPolicy } from "./file/read.ts";
import type { PolicyOptions } from "./load-policy.ts";
import type { Problem } from "./problem.ts";

/**
 * Everything that is wrong with a policy file and with those that it includes, in its order, and what is probably wrong as
 * warnings. No errors: it loads.
 * @example lint(text, { tools: { send_payment: SendPayment } })
 * // [{ severity: "error", message: "There is no field amuont. Did you mean amount?", line: 7, column: 14, path: "tools.send_payment.ask" }]
 */
export function lint(source: string, options: PolicyOptions = {}): readonly Problem[] {
  demandOptions(options, ["tools", "context", "path"], "lint(text, { tools })");
  return readPolicy(source, options).problems;
}
