import { CountersignError, type ThreadRef } from "@countersign/core";
import { demand, demandOptions } from "@countersign/core/adapter";
import type { Session } from "@openai/agents";
import type { Server } from "./saved.ts";
import { outsideRun } from "./sessions/session.ts";

type Awaitable<T> = T | Promise<T>;

/** What a run of the SDK is given beside its input. `X`: the agent's context. */
export type RunSettings<X> = (unknown extends X ? { readonly context?: X } : { readonly context: X }) & {
  /** Keeps the conversation. Without one, and without a server that does, it is kept with the thread. */
  readonly session?: Session | undefined;
  /** The provider keeps the conversation, under this id. */
  readonly conversationId?: string | undefined;
  /** The provider keeps the conversation. The thread begins behind this response, and goes on behind its own. */
  readonly previousResponseId?: string | undefined;
};

type Make<C, X> = (thread: ThreadRef<C>) => Awaitable<RunSettings<X>>;

/** Made again at every start and resume: nothing of it is saved. An agent with a context of its own can't do without. */
export type PerRun<C, X> = [unknown] extends [X] ? { readonly context?: Make<C, X> } : { readonly context: Make<C, X> };

/** What `context` made. */
export interface Settings extends Server {
  readonly context?: unknown;
  readonly session?: Session | undefined;
}

const KEYS: readonly string[] = ["context", "session", "conversationId", "previousResponseId"];
const RUNNER_KEYS: readonly string[] = ["name", "context", "sdk", "ungated"];

/** @throws SETUP for anything but settings of a run */
export async function settingsOf<T>(runner: string, make: ((thread: T) => unknown) | undefined, thread: T): Promise<Settings> {
  if (!make) return {};
  const made: unknown = await make(thread);
  if (!isPlain(made))
    throw setup(
      `${says(runner)} gave no settings of a run. ${HOW} What your tools see goes into it: context: (thread) => ({ context: … }).`,
    );
  const [unknown] = unknownIn(made, KEYS);
  if (unknown !== undefined)
    throw setup(
      `${says(runner)} gave ${unknown}. ${HOW} What your tools see goes one level deeper: context: (thread) => ({ context: { ${unknown}: … } }).`,
    );
  const keepers = KEEPERS.filter((key) => made[key] !== undefined);
  // The SDK puts nothing in a session where the provider keeps the conversation.
  if (keepers.length > 1) throw setup(`${says(runner)} gave ${keepers.join(" and ")}: one of them keeps the conversation.`);
  return made.session ? { ...made, session: outsideRun(made.session, made.context) } : made;
}
const KEEPERS = ["session", "conversationId", "previousResponseId"] as const;

/** For callers whose types let it pass. @throws SETUP */
export function refuseUnknownOptions(options: object): void {
  const misplaced = unknownIn(options, RUNNER_KEYS).find((key) => KEYS.includes(key));
  if (misplaced !== undefined)
    throw setup(`createRunner has no option ${misplaced}. It is given for each run: context: (thread) => ({ ${misplaced}: … }).`);
  demandOptions(options, RUNNER_KEYS, 'createRunner(gate, agent, { name: "payments" })');
  const { context, sdk } = options as { readonly context?: unknown; readonly sdk?: { readonly on?: unknown } };
  const isMaker = context === undefined || typeof context === "function";
  demand(isMaker, context, "the context", 'createRunner(gate, agent, { name: "payments", context: (thread) => ({ context: … }) })');
  const isRunner = sdk === undefined || typeof sdk?.on === "function";
  demand(isRunner, sdk, "the SDK's runner", 'createRunner(gate, agent, { name: "payments", sdk: new Runner() })');
}

const HOW = "It answers what the SDK takes for a run: { context, session, conversationId, previousResponseId }.";

function says(runner: string): string {
  return `Runner ${runner}: context`;
}

function unknownIn(options: object, known: readonly string[]): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) => (value === undefined || known.includes(key) ? [] : [key]));
}

function isPlain(value: unknown): value is Settings {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}
