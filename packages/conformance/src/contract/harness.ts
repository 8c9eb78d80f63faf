import type { AgentRunner, Decision, Gate, JsonObject, Principal, StandardSchemaV1, Store, ThreadRef } from "@countersign/core";

/** A small world that says nothing of frameworks: the suite makes the policy, the gate, the store and the model's lines. */
export interface Scenario {
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly args: StandardSchemaV1;
    /** Writes the effect to a file outside the process, then answers. `perRun`: what the framework gave the tool of {@link Scenario.perRun}. */
    effect(args: JsonObject, perRun?: JsonObject): Promise<unknown>;
    /**
     * Only where `ungated` isn't declared `false`: the framework gets the tool without the gate around it. `meant`: and it is
     * named in the `ungated` of `createRunner`. `forgotten`: it isn't.
     */
    readonly ungated?: "forgotten" | "meant";
    /** Only where `toolTimeout` is declared: after so many ms the framework itself calls the tool off. */
    readonly timeout?: number;
    /**
     * Only where `providerCalls` is declared: the model's provider runs it once it is approved, and says what came of it. Its
     * `effect` is for whatever plays the provider.
     */
    readonly hosted?: true;
  }[];
  /** What the model says, one entry a request: text, tool calls, or a failure of the provider. */
  readonly turns: readonly (
    | { readonly text: string }
    | { readonly calls: readonly { readonly id: string; readonly tool: string; readonly args: JsonObject }[] }
    | { readonly fails: string }
  )[];
  /**
   * Only where `subagents` is declared: nested agents with the same tools under the same gate. The model is offered each as
   * a tool of its name with `{ task: string }`; the nested agent's last text is that tool's result.
   */
  readonly subagents?: readonly { readonly name: string; readonly description: string; readonly turns: Scenario["turns"] }[];
  /**
   * Only where `wrapping` is declared: what the application puts around each gated tool, nearer to the framework than the gate.
   * It is given the arguments that reach it, and answers what the tool answers. `run` is the tool as the gate left it.
   */
  readonly around?: (args: JsonObject, run: (args: JsonObject) => Promise<unknown>) => Promise<unknown>;
  /**
   * Only where `checks` is declared: the framework's own check of a gated tool's arguments before it runs, such as a
   * guardrail, a hook or a middleware. Answers why it refuses them.
   */
  readonly check?: (args: JsonObject) => string | undefined;
  /**
   * Only where `perRun` is declared: made by the `context` of `createRunner`, and handed to the tools on the framework's own
   * way for what a run is given.
   */
  readonly perRun?: (thread: ThreadRef<JsonObject>) => JsonObject;
  /** Only where `structuredOutput` is declared: the agent answers by this schema. A text of the model is then its answer as JSON. */
  readonly structured?: StandardSchemaV1;
  /** Only where `gatedTwice` is declared: the application puts the gate around each tool by two ways, or twice by one. */
  readonly gatedTwice?: true;
}

/** Where `usage` is declared: what each response of the model says that it took. */
export const TOKENS = { inputTokens: 10, outputTokens: 5 } as const;

/** What the model was shown at its last request. */
export interface Transcript {
  readonly messages: readonly (
    | { readonly role: "user" | "assistant"; readonly text: string }
    | { readonly role: "call"; readonly id: string; readonly tool: string; readonly args: unknown }
    | { readonly role: "result"; readonly id: string; readonly text: string }
  )[];
  /** Model requests made so far by this process. */
  readonly requests: number;
}

/**
 * What an adapter, or its framework, can do. Whatever is not declared is reported as absent.
 * - `durable`: another process goes on where this one was paused, killed or replaced
 * - `edit`: a reviewer's other arguments run instead
 * - `partial`: some calls of a turn may be decided and others not
 * - `parallel`: a turn may have several calls
 * - `repeatedIds`: a turn may use the call ids of an earlier one again, as models do. Assumed unless it is declared `false`
 * - `ungated`: a tool may be offered to the model without the gate around it. Assumed unless it is declared `false`: by an
 *   adapter whose runner gates whatever it is given, and by a shape of agent in which one gate stands around all tools
 * - `supersede`: a new message may take the place of waiting or stopped calls, and the history is repaired
 * - `streaming`: `stream` and `resumeStream`
 * - `subagents`: agents inside tools, under the same gate
 * - `wrapping`: an application can put something around a gated tool, such as a middleware or a function that calls it
 * - `rejectReason`: the model reads why a call was rejected
 * - `native`: an existing UI's answers, `answerNatively`
 * - `toolTimeout`: the framework calls off a tool that takes too long
 * - `checks`: the framework has a check of its own between a tool call and its tool
 * - `providerCalls`: calls that the model's provider runs once the framework has let it
 * - `perRun`: the framework is given something anew for each run, and hands it to the tools
 * - `gatedTwice`: nothing keeps an application from gating a tool again
 * - `structuredOutput`: the agent's last answer can be a value by a schema
 * - `usage`: the framework tells what a run's model requests took
 * - `conversation`: `runner.messages` gives the conversation; the harness reads it
 */
export type Capability = (typeof CAPABILITIES)[number];

/** Every {@link Capability}. */
export const CAPABILITIES = [
  "durable",
  "edit",
  "partial",
  "parallel",
  "repeatedIds",
  "ungated",
  "supersede",
  "streaming",
  "subagents",
  "wrapping",
  "rejectReason",
  "native",
  "toolTimeout",
  "checks",
  "providerCalls",
  "perRun",
  "gatedTwice",
  "structuredOutput",
  "usage",
  "conversation",
] as const;

/** How a framework's adapter is put under the suite. A harness module exports one as its default. */
export interface AdapterHarness {
  readonly framework: string;
  readonly version: string;
  readonly capabilities: Partial<Record<Capability, boolean>>;
  /** The module of the store harness that this one is made for, if it is: it then runs on that store, whatever others run on. */
  readonly store?: string | URL | undefined;
  /** `dir` is this scenario's own folder: whatever the framework itself persists goes there, and another process opens the same one. */
  open(scenario: Scenario, gate: Gate, dir: string): Promise<OpenAdapter>;
}

/** One process's agent for one scenario. */
export interface OpenAdapter {
  readonly runner: AgentRunner<string>;
  transcript(threadId: string): Promise<Transcript>;
  /**
   * An existing UI's one answer in the framework's own form, by call id: signed (through decideNative) or unsigned (straight
   * into the framework). The UI shows each call as it was asked about, whatever became of it since.
   */
  answerNatively?(threadId: string, answers: Readonly<Record<string, Decision>>, by: Principal | undefined): Promise<void>;
  /** What `runner.messages` gives, in neutral words: as {@link OpenAdapter.transcript}, and with what the model said last. */
  conversation?(messages: unknown): Transcript["messages"];
  close?(): Promise<void>;
}

/** The framework's own approvals, without Countersign, used as its documentation says and on its durable store. */
export interface NativeHarness {
  readonly framework: string;
  readonly version: string;
  /** The page of the documentation that this follows. */
  readonly follows: string;
  readonly capabilities: Partial<Record<Capability, boolean>>;
  open(scenario: Scenario, asks: (call: { readonly tool: string; readonly args: JsonObject }) => boolean, dir: string): Promise<OpenNative>;
}

export interface OpenNative {
  start(threadId: string, input: string): Promise<"suspended" | "completed">;
  pending(threadId: string): Promise<readonly { readonly callId: string; readonly tool: string; readonly args: unknown }[]>;
  resume(threadId: string, answers: Readonly<Record<string, Decision>>): Promise<"suspended" | "completed">;
  transcript(threadId: string): Promise<Transcript>;
  close?(): Promise<void>;
}

/** How a store is put under the suite. A harness module exports one as its default. */
export interface StoreHarness {
  /** Opening the same location again, also from another process, is the reopen: it must find what was committed. */
  open(location: string): Promise<Store>;
  /** May several processes have one location open at once? */
  readonly shared: boolean;
  readonly durable: boolean;
  /** Has the store the optional `listGrants`? Default false. */
  readonly listsGrants?: boolean;
  /**
   * Damages what is kept of one record of tenant `default`, by whatever means the store's medium has: its bytes are no
   * longer what was written, and everything else is. `id`: of a request, `thread/` and that of a thread, or `document/`, a collection, `/` and that of a document. The store is
   * closed meanwhile. Absent: nothing can be damaged alone.
   */
  damage?(location: string, id: string): Promise<void>;
}
