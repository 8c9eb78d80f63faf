import { confirmedPaths, type ApprovalRequest } from "@countersign/core";
import { usage } from "../failure.ts";
import type { ByPath } from "./decide-at.ts";

export const CONFIRM =
  "what the terms want to be typed before you sign: the value, or args.path=value for each of several; without it you are asked";

/** An edit may come under terms that want more than those of the request, so any path may be named. */
const ANY_PATH = /^(args(?:\.[^.\s=]+)+)=/;

/** What a flag says of them. @throws Failure: a flag that can't be meant */
export function confirmed({ terms }: ApprovalRequest, type: "approve" | "edit", given: readonly string[]): ByPath {
  const paths = confirmedPaths(terms);
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
