import type { PolicyCall } from "../contract/policy.ts";
import type { AnyCondition } from "./compiled.ts";

/** Characters of a reason: a model may have written what a condition puts into it. */
const LONGEST = 1_000;
const BROKEN = "a condition of the rule could not be evaluated";

/**
 * The reason why a condition holds, or undefined if it doesn't: only `false` doesn't.
 * @param plain the reason of one that gives none
 */
export function holds(
  condition: true | AnyCondition | undefined,
  call: PolicyCall | undefined,
  plain: string,
  tell: (error: unknown) => void,
): string | undefined {
  if (condition === undefined) return undefined;
  if (condition === true) return plain;
  if (!call) return `${plain}: ${BROKEN}`;
  try {
    const answer: unknown = condition(call as never);
    if (answer === false) return undefined;
    if (typeof answer === "string" && answer !== "") return answer.length > LONGEST ? `${answer.slice(0, LONGEST - 1)}…` : answer;
    if (answer === true) return plain;
    if (answer instanceof Promise) answer.catch(() => {});
    tell(
      new TypeError(
        answer instanceof Promise
          ? "it answers with a promise, and a condition has to answer at once"
          : `it answered ${String(answer) || '""'}`,
      ),
    );
    return `${plain}: a condition of the rule gave no yes or no`;
  } catch (error) {
    tell(error);
    return `${plain}: ${BROKEN}`;
  }
}
