import { CountersignError } from "@countersign/core";

/** A mistake in a policy file, or something that is probably one. */
export interface Problem {
  /** With an error the file is refused; a warning only tells. */
  readonly severity: "error" | "warning";
  readonly message: string;
  /** The included file that it is in, as a path from where the first one was given. Absent: the file itself. */
  readonly file?: string | undefined;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the file's structure, such as `tools.send_payment.ask`. */
  readonly path: string;
}

/** One error for all mistakes, placed at the first. `name` is the file's, for people. */
export function invalidPolicy(problems: readonly Problem[], name: string | undefined): CountersignError<"POLICY_INVALID"> {
  const errors = problems.filter(({ severity }) => severity === "error");
  const { path, line, column } = errors[0] ?? { path: "policy", line: 1, column: 1 };
  const shown = errors.slice(0, STATUS_OF).map((problem) => `\n  ${format(problem, name)}`);
  const more = errors.length > STATUS_OF ? `\n  and ${errors.length - STATUS_OF} more` : "";
  return new CountersignError("POLICY_INVALID", { path, line, column, problems: errors }, { note: shown.join("") + more });
}

const STATUS_OF = 20;

/** `policy.yaml:7:10: error: …`, as compilers and editors write it: one line, whatever is quoted in it. */
function format({ severity, message, file, line, column, path }: Problem, name = "policy"): string {
  const text = `${file ?? name}:${line}:${column}: ${severity}: ${path}: ${message}`;
  return text.replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** Those of one file in its order, each said once. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems
    .filter(({ message, line, column }) => {
      const key = JSON.stringify([message, line, column]);
      return seen.has(key) ? false : seen.add(key);
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
