import type { Gate } from "@countersign/core";
import { turnIdOf, type ProposedCall } from "@countersign/core/adapter";
import type { UsageInput } from "@openai/agents";
import { modelArgs, parseArgs } from "./args.ts";
import type { Path } from "./run.ts";

/** Of a RunState's JSON, what this adapter reads. */
export interface StateJson {
  readonly $schemaVersion: string;
  readonly currentAgent: { readonly name: string };
  /** Of a conversation that the provider keeps. */
  readonly conversationId?: string | undefined;
  readonly previousResponseId?: string | undefined;
  readonly originalInput: string | readonly unknown[];
  readonly modelResponses: readonly { readonly responseId?: string | undefined; readonly output: readonly CallItem[] }[];
  readonly generatedItems: readonly { readonly type: string; readonly rawItem: CallItem }[];
  readonly currentStep?: { readonly type: string; readonly data?: { readonly interruptions?: readonly ApprovalItem[] } } | undefined;
  /** Nested agents that wait, as JSON of their own states, by tool and call. */
  readonly pendingAgentToolRuns?: Readonly<Record<string, string>> | undefined;
  readonly context: {
    readonly context: unknown;
    readonly usage: UsageInput;
    readonly hostedMcpApprovals?: Readonly<Record<string, NativeApprovals>> | undefined;
  };
}

/** What was answered natively about the calls of one tool: by call id, or for all of them. */
export interface NativeApprovals {
  readonly approved: boolean | readonly string[];
  readonly rejected: boolean | readonly string[];
  readonly messages?: Readonly<Record<string, string>> | undefined;
  readonly stickyRejectMessage?: string | undefined;
}

/** A model's call of whatever kind. */
export interface CallItem {
  readonly type?: string;
  readonly id?: string;
  readonly callId?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly arguments?: string;
  readonly action?: object;
  readonly actions?: readonly object[];
  readonly operation?: object;
  /** Of a program of the model's that made the call. */
  readonly caller?: object;
  /** Of a hosted MCP call, and of its approval. */
  readonly providerData?: {
    readonly type?: string;
    readonly id?: string;
    readonly name?: string;
    readonly arguments?: string;
    readonly server_label?: string;
    readonly approval_request_id?: string;
  };
}

interface ApprovalItem {
  readonly rawItem: CallItem;
  readonly agent: { readonly name: string };
}

/** A call that a model proposed, and where. */
export interface Proposal {
  readonly agent: string;
  readonly path: Path;
  /** Of the model response: a hash of what was said until then, and of the call that the agent serves. */
  readonly turnId: string;
  readonly item: CallItem;
}

/** What a run that the SDK stopped waits for. */
export interface Stop {
  /** In the order of the state's own interruptions. */
  readonly asked: readonly Proposal[];
  /** The calls under which nested agents wait. */
  readonly carrying: readonly Proposal[];
}

export function stopIn(state: StateJson): Stop {
  const { waiting, carrying } = level(state, [], null);
  const left = [...waiting];
  const asked = (state.currentStep?.data?.interruptions ?? []).flatMap(({ agent, rawItem }) => {
    const at = left.findIndex((proposal) => proposal.agent === agent.name && isSameCall(proposal.item, rawItem));
    return at < 0 ? [] : left.splice(at, 1);
  });
  return { asked, carrying };
}

/** The proposals of one agent's run and of those nested in it. */
function level(
  state: StateJson,
  path: Path,
  serves: unknown,
): { readonly waiting: readonly Proposal[]; readonly carrying: readonly Proposal[] } {
  const agent = state.currentAgent.name;
  const turnId = turnOf(state, serves);
  const output = state.modelResponses.at(-1)?.output ?? [];
  const inner = Object.entries(state.pendingAgentToolRuns ?? {}).flatMap(([key, text]) => {
    const item = output.find(({ callId }) => callId !== undefined && key.endsWith(`:${callId}`));
    if (!item) return [];
    const nested = level(JSON.parse(text) as StateJson, [...path, callIdOf(item)], [turnId, callIdOf(item)]);
    return [{ carrier: { agent, path, turnId, item }, ...nested }];
  });
  const theirs = inner.flatMap(({ waiting }) => waiting);
  const unclaimed = [...theirs];
  const own = (state.currentStep?.data?.interruptions ?? []).flatMap(({ agent: of, rawItem }): Proposal[] => {
    const at = unclaimed.findIndex((proposal) => proposal.agent === of.name && isSameCall(proposal.item, rawItem));
    if (at < 0) return [{ agent: of.name, path, turnId, item: rawItem }];
    unclaimed.splice(at, 1);
    return [];
  });
  return { waiting: [...own, ...theirs], carrying: inner.flatMap(({ carrier, carrying }) => [carrier, ...carrying]) };
}

/** The turn in which a state stands. */
export function turnOf({ originalInput, modelResponses }: StateJson, serves: unknown = null): string {
  return turnIdOf([serves, originalInput, modelResponses.map(({ responseId, output }) => [responseId ?? null, output])]);
}

/** Hosted MCP calls have their id elsewhere. */
export function callIdOf({ type, callId, id, providerData }: CallItem): string {
  return callId ?? (type === "hosted_tool_call" ? providerData?.id : undefined) ?? id ?? "";
}

function isSameCall(a: CallItem, b: CallItem): boolean {
  return (
    callIdOf(a) === callIdOf(b) && a.type === b.type && a.name === b.name && a.namespace === b.namespace && a.arguments === b.arguments
  );
}

/** A tool as it was gated. */
interface Named {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** A model's call as it is gated and signed. Undefined for arguments that are no object: the SDK refuses those itself. */
export function callOf(gate: Gate, { item, turnId, agent }: Omit<Proposal, "path">, tool?: Named): ProposedCall | undefined {
  const call = content(item, tool);
  return call && { turnId, callId: callIdOf(item), ...call, args: modelArgs(gate, call, call.args), proposedBy: agent };
}

function content(item: CallItem, { name = item.name ?? "", namespace = item.namespace }: Partial<Named> = {}): Deed | undefined {
  switch (item.type) {
    case "shell_call":
      return { tool: name, args: { ...item.action } };
    case "apply_patch_call":
      return { tool: name, args: { ...item.operation } };
    case "computer_call":
      return { tool: name, args: { actions: item.actions ?? [item.action] } };
    case "hosted_tool_call": {
      // A server that takes no arguments is given none.
      const args = parseArgs(item.providerData?.arguments || "{}");
      return args && { namespace, tool: item.providerData?.name ?? name, args };
    }
    default: {
      const args = parseArgs(item.arguments);
      return args && { namespace, tool: name, args };
    }
  }
}
type Deed = Omit<ProposedCall, "turnId" | "callId">;
