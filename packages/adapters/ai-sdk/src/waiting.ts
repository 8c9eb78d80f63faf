import { CountersignError } from "@countersign/core";
import { stopsRun, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ToolSet } from "ai";
import { gatedOf } from "./gated.ts";
import type { OpenCall, Turn } from "./turn.ts";

/** What the provider runs can be allowed or refused; its arguments are out of reach. */
const UNEDITABLE = ["approve", "reject"] as const;

/**
 * The gate's one question for each call that the SDK stopped for.
 * @param tools what the model is offered, for their forms
 * @param fresh this run saw the model produce them
 * @returns the calls that wait
 */
export async function waitingIn(
  thread: Thread,
  { open }: Turn,
  calls: readonly ProposedCall[],
  { tools, fresh }: { readonly tools?: ToolSet | undefined; readonly fresh: boolean },
): Promise<readonly ProposedCall[]> {
  const waiting: ProposedCall[] = [];
  for (const [index, each] of open.entries()) {
    const call = calls[index];
    if (!call || each.approvalId === undefined) continue;
    const gated = gatedOf(tools?.[each.tool]);
    if (tools && fresh && !gated && !each.providerExecuted) throw ungated(each);
    const waits = await thread.mustWait(call, {
      fresh,
      argsSchema: await gated?.schema.json(),
      parse: gated?.schema.read,
      // What the policy alone lets pass was stopped by the tool itself. The provider stops for all that it runs.
      frameworkStopped: each.providerExecuted ? undefined : "the tool asks for approval itself",
      ...(each.providerExecuted ? { decisions: UNEDITABLE } : {}),
    });
    if (waits) waiting.push(call);
  }
  return waiting;
}

function ungated({ tool }: OpenCall): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint: `The tool ${tool} asks for approval and is not gated. Pass it to gateTools.` });
}

/** Did a reviewer end the run with one of these calls? */
export async function isStopped(thread: Thread, calls: readonly ProposedCall[]): Promise<boolean> {
  const requests = await Promise.all(calls.map((call) => thread.recorded(call)));
  return requests.some((request) => request !== undefined && stopsRun(request));
}
