import { confirmedPaths, type ApprovalRequest, type Confirmation } from "@countersign/core";
import { usage } from "../failure.ts";
import { line } from "../prompts.ts";
import { leftPending } from "./consent.ts";

export const CONFIRM =
  "what the terms want to be typed before you sign: the value, or args.path=value for each of several; without it you are asked";

/** Each time that an option is given. */
export function collected(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/**
 * What whoever signs has typed, in a flag or now. Undefined where the terms want nothing.
 * @param given of the flag
 * @param asks may somebody be asked?
 * @throws Failure: left pending, or a flag that can't be meant
 */
export async function confirmation(
  { terms }: ApprovalRequest,
  given: readonly string[] | undefined,
  asks: boolean,
): Promise<Confirmation | undefined> {
  const paths = confirmedPaths(terms);
  if (given) return meant(paths, given);
  if (paths.length === 0 || !asks) return undefined;
  const typed: Record<string, string> = {};
  for (const path of paths) {
    const value = await line(`To sign, type what stands at ${path}. Enter for nothing.`);
    if (value === "") throw leftPending();
    typed[path] = value;
  }
  return typed;
}

function meant(paths: readonly string[], given: readonly string[]): Confirmation {
  if (paths.length === 0) throw usage("Nothing has to be confirmed to sign this. Leave --confirm out.");
  const [only, ...others] = given;
  const named = given.flatMap((each) => {
    const path = paths.find((path) => each.startsWith(`${path}=`));
    return path === undefined ? [] : [[path, each.slice(path.length + 1)] as const];
  });
  if (named.length === given.length) return Object.fromEntries(named);
  if (paths.length === 1 && only !== undefined && others.length === 0) return only;
  throw usage(`Say for each of ${paths.join(", ")} what stands there: --confirm ${paths[0]}=<value>.`);
}
