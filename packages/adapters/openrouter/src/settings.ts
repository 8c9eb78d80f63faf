import { CountersignError, type ThreadRef } from "@countersign/core";
import type { CallModelInput, ContextInput, OpenRouter, RequestOptions, StopWhen, Tool } from "@openrouter/agent";
import { refuseOthers } from "./offers.ts";
import type { AsksItself } from "./run.ts";
import { isRecord } from "./waiting.ts";

export type SharedSchema = NonNullable<Parameters<OpenRouter["callModel"]>[0]["sharedContextSchema"]>;
/** What tools share in their contexts, by its schema. */
export type Shared<S> = S extends SharedSchema ? S["_zod"]["output"] : Record<string, never>;

/** What makes a request of the SDK's client. */
type Transport = Pick<RequestOptions, "headers" | "timeoutMs" | "retries" | "retryCodes" | "serverURL">;
/** The runner's own: a run is told by its thread, and decisions by the gate. */
type Ours = "tools" | "stopWhen" | "requireApproval" | "input" | "state" | "approveToolCalls" | "rejectToolCalls";

/** What `callModel` may be given anew for each run. */
export type PerRun<T extends readonly Tool[] = readonly Tool[], S = undefined> = Omit<CallModelInput<T>, Ours | "context"> &
  Transport & { readonly context?: S extends SharedSchema ? SharedContext<S> : CallModelInput<T>["context"] };
/** The SDK's own type for what is shared fits nothing: by it, the tools' contexts have no such name. */
type SharedContext<S> = ContextInput<{ shared: Shared<S> & Record<string, unknown>; [tool: string]: Record<string, unknown> }>;

/** What `createRunner` is given, but for `context`. */
export type Settings<T extends readonly Tool[], S> = {
  readonly name: string;
  /** Tools that are meant to run without the gate, by name: the provider's, and those with `execute: false`. */
  readonly ungated?: readonly string[];
  // By themselves, so that these two are inferred, and the SDK's own conditions fit any tools.
  readonly tools?: T;
  readonly sharedContextSchema?: S;
  readonly stopWhen?: StopWhen | StopWhen<NoInfer<T>>;
  readonly requireApproval?: CallModelInput<NoInfer<T>>["requireApproval"];
} & Omit<PerRun<NoInfer<T>, S>, "context">;

/**
 * What a run is given anew, made from its thread at every start and resume, also by a worker: settings of `callModel`, the
 * `context` of its tools among them, and `headers`. They count more than the runner's own.
 */
type PerRunMaker<T extends readonly Tool[], S, C, R> = (thread: ThreadRef<C>) => Made<T, S, R> | Promise<Made<T, S, R>>;
type Made<T extends readonly Tool[], S, R> = PerRun<T, S> & R & Readonly<Record<Exclude<keyof R, keyof PerRun>, never>>;

/** Left out only where no tool has a context that it can't do without. */
export type PerRunSetting<T extends readonly Tool[], S, C, R> = true extends DemandsContext<T[number]> | DemandsShared<S>
  ? { readonly context: PerRunMaker<T, S, C, R & { readonly context: unknown }> }
  : { readonly context?: PerRunMaker<T, S, C, R> };
type DemandsContext<X> = X extends { readonly function: { readonly contextSchema?: infer Z } } ? DemandsShared<Z> : false;
/** A tool without a schema of its own has the type of all schemas. */
type DemandsShared<Z> = Z extends SharedSchema ? (SharedSchema extends Z ? false : {} extends Z["_zod"]["output"] ? false : true) : false;

/** As far as they are looked into here. */
export interface AnySettings {
  readonly name: string;
  readonly ungated: readonly string[] | undefined;
  readonly tools: readonly Tool[] | undefined;
  readonly requireApproval: AsksItself | undefined;
  readonly stopWhen: CallModelInput["stopWhen"];
  readonly sharedContextSchema: unknown;
  readonly context: ((thread: ThreadRef) => unknown) | undefined;
  readonly request: AnyPerRun;
}
export type AnyPerRun = Pick<PerRun, "context" | "hooks" | "allowFinalResponse"> & Readonly<Record<string, unknown>>;

/** @throws SETUP for what can't be meant, named */
export function settingsOf(client: object, given: object): AnySettings {
  if (!("callModel" in client) || typeof client.callModel !== "function")
    throw setup(
      "createRunner needs a client of the SDK, with callModel. Write createRunner(gate, new OpenRouter(), { name, model, tools }).",
    );
  const { name, ungated, tools, requireApproval, stopWhen, sharedContextSchema, context, ...request } = given as unknown as AnySettings;
  if (context !== undefined && typeof context !== "function") {
    throw setup(`Runner ${name}: context is a function of the thread: context: (thread) => ({ context: { … }, user, … }).`);
  }
  if (tools !== undefined) refuseOthers(tools);
  refuseKeys(`Runner ${name}`, "is given", request);
  const own = { name, ungated, tools, requireApproval, stopWhen, sharedContextSchema, context };
  return { ...own, request };
}

/** What `context` made for one run. @throws SETUP for what callModel doesn't take, or not from it */
export function perRunOf(name: string, made: unknown): AnyPerRun {
  if (made === undefined) return {};
  if (!isRecord(made)) throw setup(`Runner ${name}: context(thread) has to answer settings of callModel: { model, user, context, … }.`);
  refuseKeys(`Runner ${name}`, "context(thread) answers", made);
  return made;
}

function refuseKeys(who: string, verb: string, given: object): void {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(PER_RUN, key)) continue;
    const why = OURS.has(key)
      ? "which the runner sets itself. Pass it to createRunner, or leave it out"
      : `which is not a setting of callModel. There are ${Object.keys(PER_RUN).join(", ")}`;
    throw setup(`${who}: ${verb} ${key}, ${why}.`);
  }
}
const OURS: ReadonlySet<string> = new Set([
  ...(["tools", "stopWhen", "requireApproval", "input", "state", "approveToolCalls", "rejectToolCalls"] satisfies Ours[]),
  ...["name", "ungated", "sharedContextSchema"],
]);

const TRANSPORT = { headers: true, timeoutMs: true, retries: true, retryCodes: true, serverURL: true } satisfies Record<
  keyof Transport,
  true
>;
const PER_RUN = {
  ...TRANSPORT,
  allowFinalResponse: true,
  background: true,
  cacheControl: true,
  context: true,
  debug: true,
  frequencyPenalty: true,
  hooks: true,
  imageConfig: true,
  include: true,
  instructions: true,
  maxOutputTokens: true,
  maxToolCalls: true,
  metadata: true,
  modalities: true,
  model: true,
  models: true,
  onTurnEnd: true,
  onTurnStart: true,
  parallelToolCalls: true,
  plugins: true,
  presencePenalty: true,
  previousResponseId: true,
  prompt: true,
  promptCacheKey: true,
  promptCacheOptions: true,
  provider: true,
  reasoning: true,
  safetyIdentifier: true,
  serviceTier: true,
  sessionId: true,
  stopServerToolsWhen: true,
  store: true,
  strictFinalResponse: true,
  temperature: true,
  text: true,
  toolChoice: true,
  topK: true,
  topLogprobs: true,
  topP: true,
  trace: true,
  truncation: true,
  user: true,
} satisfies Record<keyof PerRun, true>;

/** The SDK takes these beside its request. */
export function apart(settings: AnyPerRun): { readonly request: AnyPerRun; readonly transport: Transport } {
  const entries = Object.entries(settings);
  return {
    request: Object.fromEntries(entries.filter(([key]) => !Object.hasOwn(TRANSPORT, key))),
    transport: Object.fromEntries(entries.filter(([key]) => Object.hasOwn(TRANSPORT, key))),
  };
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}
