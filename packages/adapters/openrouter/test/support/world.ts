import { failure } from "@countersign/adapter-tests";
import { isCountersignError, type ThreadRef } from "@countersign/core";
import { createRunner, gateCall } from "@countersign/openrouter";
import type { CallModelInput, Item, OpenRouter, StateAccessor, Tool } from "@openrouter/agent";
import { onTestFinished } from "vitest";
import { clientOf } from "./client.ts";
import { openDesk, saying, type Lines } from "./desk.ts";
import { startResponsesServer, type ServerOptions } from "./responses-server.ts";
import { textOf, type ScriptedModel } from "./scripted-model.ts";

type Desk = ReturnType<typeof openDesk>;
export interface WorldOptions extends ServerOptions {
  readonly desk?: Desk;
  readonly tools?: readonly Tool[];
}

/** A desk, a model that says its lines, and the strict server between it and the SDK, for one test. */
export async function openWorld(said: Lines | ScriptedModel, { desk = openDesk(), tools = [desk.pay], ...rules }: WorldOptions = {}) {
  const model = Array.isArray(said) ? saying(...said) : said;
  const server = await startResponsesServer(model, rules);
  onTestFinished(() => server.close());
  const client = clientOf(server);
  return {
    ...desk,
    desk,
    model,
    server,
    client,
    tools,
    runner: (settings: Settings = {}) =>
      createRunner(desk.gate, client, { name: "payments", model: "any", tools, ...(settings as object) }),
    /** A new process's `callModel`. */
    call: (input: string | Item[], { thread = {}, ...more }: CallOptions = {}) =>
      callModel(client, gateCall(desk.gate, tools, { threadId: "t", ...thread }), input, more),
    /** All results that the model was told, in the last request. */
    told: () => model.lastItems.filter(({ type }) => type === "function_call_output").map(textOf),
    refused: () => server.requests.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal])),
  };
}
type Settings = Partial<Omit<CallModelInput<readonly Tool[]>, "context">> & {
  readonly context?: (thread: ThreadRef) => unknown;
  readonly sharedContextSchema?: unknown;
  readonly ungated?: readonly string[];
};
export type World = Awaited<ReturnType<typeof openWorld>>;

interface CallOptions extends Partial<Omit<CallModelInput<readonly Tool[]>, "input">> {
  readonly thread?: Omit<Parameters<typeof gateCall>[2], "threadId"> & { readonly threadId?: string };
}

/** The SDK with what was spread; `more` comes after it, as a careless application would have it. */
export function callModel(client: OpenRouter, spread: ReturnType<typeof gateCall>, input: string | Item[], more: object = {}) {
  return client.callModel({ model: "any", input, ...spread, ...more });
}

interface OwnState extends StateAccessor {
  kept: Awaited<ReturnType<StateAccessor["load"]>>;
  saves: number;
}

/** An application's own accessor, as a map would keep it. */
export function ownState(): OwnState {
  const own: OwnState = {
    kept: null,
    saves: 0,
    load: async () => structuredClone(own.kept),
    save: async (state) => {
      own.saves++;
      own.kept = structuredClone(state);
    },
  };
  return own;
}

/** The code of what was thrown; of another error its message. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  return isCountersignError(error) ? error.code : error instanceof Error ? `Error: ${error.message}` : String(error);
}
