import { CountersignError, decisionsOf } from "@countersign/core";
import type { BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { InterruptOnConfig, Runtime } from "langchain";
import type { Candidate } from "../waiting.ts";

/** All that there are. */
const DECISIONS: readonly string[] = decisionsOf({});

/** What the table's functions get to see. */
export interface AgentState {
  messages: BaseMessage[];
}

/** The table of `humanInTheLoopMiddleware`, kept as a further reason to ask. */
export type InterruptOn = Readonly<Record<string, boolean | InterruptOnConfig>>;

/** @throws SETUP for a list of decisions that is empty, or names one that does not exist */
export function refuseUndecidable(table: InterruptOn = {}): void {
  for (const [tool, entry] of Object.entries(table)) {
    // A table may come from plain JavaScript, or from a file.
    const allowed: readonly string[] | undefined = typeof entry === "object" ? entry.allowedDecisions : undefined;
    const unknown = allowed?.find((decision) => !DECISIONS.includes(decision));
    if (!allowed || (allowed.length > 0 && unknown === undefined)) continue;
    const what = unknown === undefined ? "is empty, so nobody could decide" : `has ${unknown}, and there is no such decision`;
    const hint = `interruptOn.${tool}.allowedDecisions ${what}. Take some of ${DECISIONS.join(", ")}.`;
    throw new CountersignError("SETUP", { hint });
  }
}

/** Does the table ask about this call? A condition that throws or answers anything but `false` asks. */
export async function askedBy(
  table: InterruptOn | undefined,
  toolCall: ToolCall,
  state: AgentState,
  runtime: Runtime<unknown>,
): Promise<NonNullable<Candidate["options"]>> {
  const entry = table && Object.hasOwn(table, toolCall.name) ? table[toolCall.name] : undefined;
  if (!entry) return {};
  const frameworkAsks = `interruptOn.${toolCall.name}`;
  if (entry === true) return { frameworkAsks };
  if (entry.when && !(await holds(entry.when, { toolCall, tool: undefined, state, runtime }))) return {};
  return { frameworkAsks, decisions: entry.allowedDecisions, argsSchema: entry.argsSchema };
}

/** The text that the table gives this call, if it gives one. */
export async function describedBy(
  table: InterruptOn | undefined,
  toolCall: ToolCall,
  state: AgentState,
  runtime: Runtime<unknown>,
): Promise<string | undefined> {
  const entry = table && Object.hasOwn(table, toolCall.name) ? table[toolCall.name] : undefined;
  if (typeof entry !== "object") return undefined;
  const { description } = entry;
  return typeof description === "function" ? await description(toolCall, state, runtime) : description;
}

type When = NonNullable<InterruptOnConfig["when"]>;

async function holds(when: When, request: Parameters<When>[0]): Promise<boolean> {
  try {
    const answer: unknown = await when(request);
    return answer !== false;
  } catch {
    return true;
  }
}
