import type { ApprovalRequest, Gate } from "@countersign/core";
import type { Context } from "../http/endpoint.ts";

/** So many requests tell who may sign a tool. */
const LAST = 200;
/** Ms: a page reads a request again and again, and who may sign its tool seldom changes. */
const FRESH = 10_000;
/** Of so many callers and tools it is remembered. */
const MOST = 1_000;

/** The last requests of tools of this name, in whatever namespace. */
export async function askedLately(gate: Gate, tool: string): Promise<readonly ApprovalRequest[]> {
  const name = tool.slice(tool.lastIndexOf("/") + 1);
  return (await gate.list({ tool: name, order: "newest", limit: LAST })).items;
}

interface Known {
  readonly at: number;
  readonly answer: Promise<boolean>;
}
const known = new WeakMap<Gate, Map<string, Known>>();

/** May they freeze this tool, as far as was known some seconds ago? Whoever freezes it is judged anew. */
export async function couldFreeze({ gate, rights, caller }: Context, tool: string): Promise<boolean> {
  if (rights.mayFreeze({ tool }, [])) return true;
  if (!rights.maySign) return false;
  const answers = known.get(gate) ?? new Map<string, Known>();
  known.set(gate, answers);
  const key = JSON.stringify([tool, caller.kind, caller.by]);
  const found = answers.get(key);
  const now = performance.now();
  if (found && now - found.at < FRESH) return found.answer;
  const answer = askedLately(gate, tool).then((asked) => rights.mayFreeze({ tool }, asked));
  if (answers.size >= MOST) answers.clear();
  answers.set(key, { at: now, answer });
  answer.catch(() => answers.delete(key));
  return answer;
}
