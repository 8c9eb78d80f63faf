import type { Argument } from "./open-folds.ts";

/** Where a value stands in the arguments. */
export type ArgsPath = Argument["path"];

/** Is this the value that is sought, or does it hold it? */
export function isOnTheWay(path: ArgsPath, sought: ArgsPath): boolean {
  return path.length <= sought.length && path.every((key, index) => key === sought[index]);
}
