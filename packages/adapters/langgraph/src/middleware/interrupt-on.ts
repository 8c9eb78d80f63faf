import { CountersignError, decisionsOf } from "@countersign/core";
import { demand } from "@countersign/core/adapter";
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

/** @throws SETUP for what is no table, and for a list of decisions that is empty, or names one that does not exist */
export function refuseUndecidable(table: InterruptOn = {}): void {
  const isTable = typeof table === "object" && !Array.isArray(table);
  demand(isTable, table, "the table", "approvalMiddleware(gate, { interruptOn: { send_payment: true } })");
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

/** An option of `approvalMiddleware`, as `humanInTheLoopMiddleware` has it. */
export interface Table {
  readonly interruptOn?: InterruptOn | undefined;
  readonly descriptionPrefix?: string | undefined;
}

/** Where a call is looked at. */
interface Looking {
  readonly state: AgentState;
  readonly runtime: Runtime<unknown>;
  /** The arguments as reviewers see them: they read what the table says of a call. */
  masked(toolCall: ToolCall): ToolCall["args"];
}

/** What the table says of a call. */
type Said = NonNullable<Candidate["options"]> & { readonly description?: string | undefined };

/** Does the table ask about this call, and in which words? A condition that throws or answers anything but `false` asks. */
export async function askedBy({ interruptOn: table, descriptionPrefix }: Table, toolCall: ToolCall, looking: Looking): Promise<Said> {
  const entry = table && Object.hasOwn(table, toolCall.name) ? table[toolCall.name] : undefined;
  if (!entry) return {};
  const plainly = { frameworkAsks: descriptionPrefix ?? `interruptOn.${toolCall.name}` };
  if (entry === true) return plainly;
  const { state, runtime } = looking;
  if (entry.when && !(await holds(entry.when, { toolCall, tool: undefined, state, runtime }))) return {};
  const { description: said, allowedDecisions, argsSchema } = entry;
  const shown = { ...toolCall, args: looking.masked(toolCall) };
  const description = typeof said === "function" ? await said(shown, state, runtime) : said;
  const words = description === undefined ? plainly : { frameworkAsks: description, description };
  return { ...words, decisions: allowedDecisions, argsSchema };
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
