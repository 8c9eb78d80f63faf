import { CountersignError, type ThreadRef } from "@countersign/core";
import type { Thread } from "@countersign/core/adapter";
import { OURS, type AgentLike, type PerRun } from "./agent-like.ts";

type Make<C, A extends AgentLike> = (thread: ThreadRef<C>) => PerRun<A> | PromiseLike<PerRun<A>>;

/**
 * Makes what the agent is given for a run: called before each, in whichever process it begins or goes on. An agent that can't
 * run without call options demands it.
 * @example context: ({ threadId }) => ({ options: { customer: threadId } })
 */
export type PerRunOption<C, A extends AgentLike> =
  {} extends PerRun<A> ? { readonly context?: Make<C, A> | undefined } : { readonly context: Make<C, A> };

/** The option of `createRunner`, for an agent whose types are known no more. */
export type MakePerRun = (thread: ThreadRef) => unknown;

/** What the agent is given for a run on this thread. @throws SETUP for what no agent can be given here */
export async function perRunOf(runner: string, make: MakePerRun | undefined, thread: Thread): Promise<object> {
  if (!make) return {};
  const { id: threadId, requestedBy, context } = thread;
  const made: unknown = await make({ threadId, requestedBy, context } as ThreadRef);
  if (typeof made !== "object" || made === null)
    throw setup(`context of runner ${runner} answers ${String(made)}: let it answer an object, such as { options: … }.`);
  const ours = OURS.find((key) => Object.hasOwn(made, key));
  if (ours !== undefined)
    throw setup(
      `context of runner ${runner} answers ${ours}, which the runner gives the agent itself. Leave it out, or set it on the agent.`,
    );
  return made;
}

/** Types say so already. @throws SETUP for an agent with call options, and nothing that makes them */
export function refuseMissingContext(runner: string, agent: object, make: unknown): void {
  if (make !== undefined && typeof make !== "function") throw setup(`context of runner ${runner} is a function: ${EXAMPLE}.`);
  const settings: unknown = "settings" in agent ? agent.settings : undefined;
  const demands = typeof settings === "object" && settings !== null && "callOptionsSchema" in settings && settings.callOptionsSchema;
  if (demands && !make)
    throw setup(`The agent of runner ${runner} has call options (callOptionsSchema): say how they are made, ${EXAMPLE}.`);
}

const EXAMPLE = "createRunner(gate, agent, { name, context: (thread) => ({ options: … }) })";

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}
