import { decisionsOf, type CountersignError, type Decision, type ErrorCode, type JsonObject } from "@countersign/core";
import type { ProposedCall, ShownRequest } from "@countersign/core/adapter";

/** What an existing UI finds in a pause: LangChain's `HITLRequest`, and for each action which request it is. */
export interface PausePayload {
  readonly actionRequests: readonly PausedAction[];
  readonly reviewConfigs: readonly {
    readonly actionName: string;
    readonly allowedDecisions: readonly ("approve" | "edit" | "reject")[];
    readonly argsSchema?: object;
  }[];
  /** Marks the pause as Countersign's. Decisions go to `gate.decide` or `decideNative`, never to the graph. */
  readonly countersign: {
    readonly version: 1;
    readonly threadId: string;
    /** The run could not go on, and a tool node would have told the model instead of the caller. Resuming tries again. */
    readonly error?: { readonly code: ErrorCode; readonly message: string };
  };
}

/** `requestId` and `digest` are what `gate.decide` takes. */
export interface PausedAction {
  /** The model's id for the call, as in its message: by it an interface finds the call that it shows. By hand, the key. */
  readonly callId: string;
  readonly name: string;
  readonly args: object;
  readonly description: string;
  readonly requestId: string;
  readonly digest: string;
}

/** How one action is described to existing UIs, where an option of the framework says so. */
export type Describe = (request: ShownRequest) => { readonly description?: string | undefined };

/** A call that waits, and its request. */
export interface Asked {
  readonly call: Pick<ProposedCall, "args">;
  readonly request: ShownRequest;
}

/** Records keep arguments in canonical order; people read them in the model's. */
function shownOf({ call, request }: Asked): ShownRequest {
  const { proposal } = request;
  return { ...request, proposal: { ...proposal, args: inOrderOf(proposal.args, call.args) as JsonObject } };
}

function inOrderOf(value: unknown, like: unknown): unknown {
  if (typeof value !== "object" || value === null || typeof like !== "object" || like === null) return value;
  const known: Readonly<Record<string, unknown>> = { ...like };
  if (Array.isArray(value)) return value.map((item, index) => inOrderOf(item, known[index]));
  const keys = [...Object.keys(known).filter((key) => Object.hasOwn(value, key)), ...Object.keys(value)];
  return Object.fromEntries([...new Set(keys)].map((key) => [key, inOrderOf((value as JsonObject)[key], known[key])]));
}

export function pausePayload(threadId: string, asked: readonly Asked[], describe: Describe = () => ({})): PausePayload {
  const requests = asked.map(shownOf);
  const [only] = requests;
  return {
    actionRequests: requests.map((request) => action(request, describe(request).description)),
    reviewConfigs: requests.map((request) => {
      const argsSchema = request.argsSchema;
      const allowedDecisions = decisionsOf(request.terms);
      return { actionName: request.tool, allowedDecisions, ...(argsSchema ? { argsSchema } : {}) };
    }),
    ...(only && requests.length === 1 ? humanInterrupt(only, describe(only).description) : {}),
    countersign: { version: 1, threadId },
  };
}

/** Carries an error out of a tool node, which makes tool text of everything but a pause. */
export function errorPayload(threadId: string, { code, message }: CountersignError): PausePayload {
  return { actionRequests: [], reviewConfigs: [], countersign: { version: 1, threadId, error: { code, message } } };
}

/** Is this what somebody paused with an error that had to get out? */
export function carriesError(value: unknown): boolean {
  const { countersign } = (value ?? {}) as Partial<PausePayload>;
  return countersign?.error !== undefined;
}

function action(request: ShownRequest, description: string | undefined): PausedAction {
  const { id, callId, tool, proposal } = request;
  const { args, digest } = proposal;
  return { callId, name: tool, args, description: description ?? describedBy(request), requestId: id, digest };
}

/** The older shape that Agent Inbox renders; it knows one action per pause. */
function humanInterrupt(request: ShownRequest, description: string | undefined): object {
  const may = (decision: Decision["type"]): boolean => decisionsOf(request.terms).includes(decision);
  return {
    action_request: { action: request.tool, args: request.proposal.args },
    config: { allow_accept: may("approve"), allow_edit: may("edit"), allow_respond: may("reject"), allow_ignore: may("reject") },
    description: description ?? describedBy(request),
  };
}

function describedBy({ reason, tool, proposal }: ShownRequest): string {
  return `${reason}\n\nTool: ${tool}\nArgs: ${JSON.stringify(proposal.args, null, 2)}`;
}
