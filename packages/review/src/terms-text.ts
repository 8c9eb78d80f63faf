import { confirmedPaths, groupsText, isBatchable, quorumOf, rememberable, type Duration, type ReviewTerms } from "@countersign/core";
import { spanText } from "./span-text.ts";
import { visible } from "./visible.ts";

/** Who may sign and how, as a sentence. */
export function termsText(terms: ReviewTerms): string {
  const { roles, reviewers, quorum, fourEyes, decisions, escalate } = terms;
  const who = [...(roles ?? []).map((role) => `role ${role}`), ...(reviewers ?? [])].join(" or ");
  const typed = confirmedPaths(terms).join(" and ");
  const remembered = rememberable(terms);
  const parts = [
    who === "" ? "anybody may sign" : `signed by ${who}`,
    escalate ? `after ${lasting(escalate.after)} by ${escalate.roles.map((role) => `role ${role}`).join(" or ")} as well` : "",
    typeof quorum === "object" ? `it takes ${groupsText(quorum)}` : quorumOf(terms) > 1 ? `${quorumOf(terms)} signatures` : "",
    fourEyes ? "whoever asked or edited it can't sign" : "",
    typed === "" ? "" : `whoever signs types ${typed}`,
    isBatchable(terms) ? "can be decided together with others" : "",
    decisions ? `only ${decisions.join(" or ")}` : "",
    remembered.length > 0 ? `can be remembered: ${remembered.join(", ")}` : "",
  ];
  return visible(parts.filter((part) => part !== "").join("; "));
}

function lasting(time: Duration): string {
  return typeof time === "number" ? spanText(time) : time;
}
