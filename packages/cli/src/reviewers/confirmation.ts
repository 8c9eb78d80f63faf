import { confirmedPaths, type ApprovalRequest, type Confirmation } from "@countersign/core";
import { visible } from "@countersign/core/terminal";
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
  type: "approve" | "edit",
  given: readonly string[] | undefined,
  asks: boolean,
): Promise<ByPath | undefined> {
  const paths = confirmedPaths(terms);
  if (given) return meant(type, paths, given);
  return paths.length === 0 || !asks ? undefined : typedAt(paths);
}

/** By path, so that a value keeps its meaning where an edit comes under terms that want more. */
type ByPath = Exclude<Confirmation, string | number | boolean | null>;

/** @throws Failure: left pending */
export async function typedAt(paths: readonly string[]): Promise<ByPath> {
  const typed: Record<string, string> = {};
  for (const path of paths) {
    const value = await line(`To sign, type what stands at ${visible(path)}. Enter for nothing.`);
    if (value === "") throw leftPending();
    typed[path] = value;
  }
  return typed;
}

/** An edit may come under terms that want more than those of the request, so any path may be named. */
const ANY_PATH = /^(args(?:\.[^.\s=]+)+)=/;

function meant(type: "approve" | "edit", paths: readonly string[], given: readonly string[]): ByPath {
  const named = given.flatMap((each) => {
    const path = paths.find((known) => each.startsWith(`${known}=`)) ?? (type === "edit" ? ANY_PATH.exec(each)?.[1] : undefined);
    return path === undefined ? [] : [[path, each.slice(path.length + 1)] as const];
  });
  if (named.length === given.length) return Object.fromEntries(named);
  const [path, ...more] = paths;
  if (path === undefined) throw usage("Nothing has to be confirmed to sign this. Leave --confirm out.");
  const [value, ...others] = given;
  if (more.length === 0 && value !== undefined && others.length === 0) return { [path]: value };
  throw usage(`Say for each of ${paths.join(", ")} what stands there: --confirm ${path}=<value>.`);
}
