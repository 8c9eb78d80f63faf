import type { ApprovalRequest } from "@countersign/core";
import { explained } from "../failure.ts";
import { loadPolicyAt, problemsAt } from "../authors/source.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** Can it be loaded, and is it the one that asks? */
export async function policyFindings(source: string | undefined, latest: readonly ApprovalRequest[]): Promise<readonly Finding[]> {
  if (source === undefined) return [warning("policy", "No policy was looked at: none was named.", "Give --policy <file>.")];
  try {
    const policy = await loadPolicyAt(source);
    const mistakes = (await problemsAt(source)).map(({ message, file, line, column }) =>
      warning("policy", `${file ?? source}:${line}:${column}: ${message}`, "countersign policy lint shows all of them."),
    );
    const [request] = latest;
    const other =
      request && request.policyHash !== policy.hash
        ? [
            warning(
              "policy",
              `Another version of the policy asked about the latest pending request, ${request.id}.`,
              "Deploy this file, or name the one that is deployed. The same file has another hash when it is loaded with schemas of tools.",
            ),
          ]
        : [];
    return [ok("policy", `${source} can be loaded.`), ...mistakes, ...other];
  } catch (error) {
    return [
      problem(
        "policy",
        explained(error).message,
        "countersign policy lint shows every mistake. Agents don't start until their policy loads.",
      ),
    ];
  }
}
