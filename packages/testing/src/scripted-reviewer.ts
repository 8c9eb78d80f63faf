import type { ApprovalRequest, Decision, Principal, Reviewer } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";

/** Decisions in the order they are needed, or one a tool: a decision, or a function of the request. */
export type Script = readonly Decision[] | Record<string, Decision | ((request: ApprovalRequest) => Decision | undefined)>;

const SCRIPTED: Principal = { id: "scripted-reviewer" };

/**
 * A reviewer that follows a script. When the script runs dry, or doesn't know the tool, the request stays pending; a tool
 * whose name the script has nearly fails the test. `as` signs; give it the roles that your policy asks for.
 * @example scriptedReviewer({ send_payment: (request) => edit({ ...request.args, amount: 4_000 }) }, { id: "alice", roles: ["finance"] })
 */
export function scriptedReviewer(script: Script, as: Principal = SCRIPTED): Reviewer {
  let next = 0;
  return {
    as,
    review(request) {
      if (isSequence(script)) return script[next++];
      const entry = Object.hasOwn(script, request.tool) ? script[request.tool] : misspelt(script, request.tool);
      return typeof entry === "function" ? entry(request) : entry;
    },
  };
}

/** A script may leave tools to people, but hardly one whose name it has nearly. */
function misspelt(script: object, tool: string): undefined {
  const near = didYouMean(tool, Object.keys(script));
  if (near !== "") throw new Error(`the script of scriptedReviewer doesn't name ${tool}.${near}`);
  return undefined;
}

function isSequence(script: Script): script is readonly Decision[] {
  return Array.isArray(script);
}
