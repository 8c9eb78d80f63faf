import { isApiError } from "@countersign/server/client";
import { visible } from "@countersign/review";
import type { Path } from "./entered.ts";
import type { Problem } from "./finished.ts";

interface Issue {
  readonly path: readonly unknown[];
  readonly message: string;
}

/** What the server has against these arguments, and where. Empty: it refused something else. */
export function issuesOf(error: unknown): readonly Problem[] {
  if (isApiError(error, "INVALID_ARGS")) return error.details.issues.map((issue) => problemOf(issue));
  if (isApiError(error, "NOT_JSON")) return [problemOf({ path: error.details.path, message: "This can't be written as JSON." })];
  if (!isApiError(error, "BAD_BODY")) return [];
  const { issues = [] } = (error.details ?? {}) as { readonly issues?: readonly Issue[] };
  // What it was sent with has a place of its own.
  return issues.map(({ path, message }) => problemOf({ path: path[0] === "body" && path[1] === "args" ? path.slice(2) : [], message }));
}

function problemOf({ path, message }: Issue): Problem {
  const said = visible(message.replace(/\s+/g, " "));
  return {
    path: path.map((key) => (typeof key === "number" ? key : String(key))) satisfies Path,
    message: `${said.charAt(0).toUpperCase()}${said.slice(1)}`,
  };
}
