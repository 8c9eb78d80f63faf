import { patternProblem } from "./environment.ts";
import { takesZone, zoneProblem } from "./time.ts";
import { textsOf, type Type } from "./type.ts";

/** What is wrong with the text that a function ends with, where that text has to be a pattern or a time zone. */
export function textFaults(name: string, args: readonly Type[], hasTarget: boolean): readonly string[] {
  const last = args.at(-1);
  if (last === undefined) return [];
  if (name === "matches") return patternFaults(last);
  if (!hasTarget || !takesZone(name)) return [];
  return (textsOf(last) ?? []).flatMap((zone) => zoneProblem(zone) ?? []);
}

/** A pattern that a call could bring along would be compiled for each call, whatever its size. */
function patternFaults(type: Type): readonly string[] {
  const patterns = textsOf(type);
  if (!patterns) return ["Write the pattern here, or as a constant."];
  return patterns.flatMap((pattern) => {
    const problem = patternProblem(pattern);
    return problem === undefined ? [] : [`Not a regular expression of RE2: ${problem}.`];
  });
}
