import { DECISIONS, decisionsOf, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";

/**
 * The terms, with only those decisions that the framework takes as well.
 * @throws SETUP for a kind of decision that does not exist, and if the two have none in common
 */
export function decidable(tool: string, terms: ReviewTerms, possible: ReviewTerms["decisions"]): ReviewTerms {
  if (!possible) return terms;
  const unknown = possible.find((decision) => !DECISIONS.includes(decision));
  if (unknown !== undefined)
    throw setup(`The framework offers a decision about ${tool} that does not exist: ${String(unknown)}. There are ${listed(DECISIONS)}.`);
  const policy = decisionsOf(terms);
  const decisions = policy.filter((decision) => possible.includes(decision));
  if (decisions.length > 0) return { ...terms, decisions };
  throw setup(
    `Nobody could decide about ${tool}: the policy offers ${listed(policy)}, and the framework takes ${listed(possible)}. ` +
      "Nothing was recorded. Change review.decisions of the policy, or what the framework takes, so that they share a decision.",
  );
}

function listed(decisions: readonly string[]): string {
  return decisions.join(", ") || "none";
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}
