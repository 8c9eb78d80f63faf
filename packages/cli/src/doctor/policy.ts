import type { ApprovalRequest } from "@countersign/core";
import { explained } from "../failure.ts";
import { loadPolicyAt, problemsAt } from "../authors/source.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** Can it be loaded, and is it the one that asks? */
export async function policyFindings(source: string | undefined, latest: readonly ApprovalRequest[]): Promise<readonly Finding[]> {
  if (source === undefined) return [warning("policy", "No policy was named, so it was not looked at.", "Give --policy <file>.")];
  try {
    const policy = await loadPolicyAt(source);
    const mistakes = (await problemsAt(source)).map(({ message, line, column }) =>
      warning("policy", `${source}:${line}:${column}: ${message}`, "countersign policy lint tells more."),
    );
    const [request] = latest;
    const other =
      request && request.policyHash !== policy.hash
        ? [
            warning(
              "policy",
              `The latest pending request, ${request.id}, was asked by another version of the policy.`,
              "Was this file deployed? A policy file in TypeScript, or with schemas of tools, has another hash than one without.",
            ),
          ]
        : [];
    return [ok("policy", `${source} can be loaded.`), ...mistakes, ...other];
  } catch (error) {
    return [
      problem(
        "policy",
        explained(error).message,
        "countersign policy lint shows every mistake. Agents that can't load their policy don't start.",
      ),
    ];
  }
}
