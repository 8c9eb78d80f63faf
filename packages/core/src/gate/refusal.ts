import type { Refused } from "../contract/execution.ts";
import type { Issue } from "../contract/json.ts";
import { NOT_ALLOWED, type Judgement } from "../policy/check.ts";

/** What a model is told if the policy itself refuses: then nobody is asked. */
export function refusedBy({ verdict }: Judgement): Refused | undefined {
  if (verdict.type === "deny") return denial(verdict.reason);
  return verdict.type === "invalid" ? invalid(verdict.issues) : undefined;
}

export function denial(reason: string): Refused {
  const why = reason.startsWith(NOT_ALLOWED) ? reason : `${NOT_ALLOWED}this call: ${reason}`;
  return { status: "refused", message: `${why}. It did not run.`, by: "policy", then: "continue" };
}

export function noSuchTool(tool: string): Refused {
  return { status: "refused", message: `There is no tool ${tool} here. The call did not run.`, by: "system", then: "continue" };
}

export function invalid(issues: readonly Issue[]): Refused {
  const list = issues.map(({ path, message }) => (path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message)).join("; ");
  return { status: "refused", message: `The arguments are invalid: ${list}. The call did not run.`, by: "policy", then: "continue" };
}
