import { inspect } from "node:util";

/** An error with its causes, where an author finds it: without the suite's own frames and Node's. */
export function traced(error: unknown): readonly string[] {
  const lines = inspect(error, { depth: 3 }).split("\n");
  return lines.filter((line) => !/^\s+at .*(node:internal|\/conformance\/(dist|src)\/)/.test(line));
}
