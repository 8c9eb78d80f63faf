import { appendFile } from "node:fs/promises";
import { CountersignError, type JsonObject, type Policy, type Principal } from "@countersign/core";
import { policyOf, type CheckedCall, type Judgement } from "@countersign/core/policy";
import { internalsOf } from "./internals.ts";

/** A call that the policy allowed, as it was then. */
export interface SampledCall {
  /** Unix ms. */
  readonly at: number;
  /** It stands for `1 / rate` calls. */
  readonly rate: number;
  readonly tool: string;
  readonly namespace?: string;
  readonly args: JsonObject;
  readonly agent: string;
  readonly threadId: string;
  readonly requestedBy?: Principal;
  readonly context?: unknown;
  readonly policyHash: string;
  /** Sampled calls before this one that were not kept, because too many came at once. */
  readonly missed?: number;
}

export interface SampleOptions {
  /** Which share of the allowed calls is kept: above 0, at most 1. Default 0.01. */
  readonly rate?: number | undefined;
  /** A file that gets a line of JSON for each (arguments in the clear: keep it as you keep the store), or a function that takes a batch. */
  readonly to: string | ((calls: readonly SampledCall[]) => void | Promise<void>);
  /** How long calls are gathered into a batch, in ms. Default 1,000. */
  readonly every?: number | undefined;
  /** A batch that could not be written: it is lost, and nothing else depends on it. Default: standard error, once. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface SampledPolicy {
  /** Writes what is gathered now: before the process ends. */
  flush(): Promise<void>;
}

/** Calls that may wait to be written. More than that are missed, and counted. */
const WAITING = 1_000;

/**
 * Keeps some of the calls that a policy allows, so that a stricter one can be tried on them: allowed calls leave no record
 * otherwise. Judging a call does no I/O: what is kept waits in memory and is written in batches, beside everything else.
 * @example createGate({ policy: sample(policy, { to: "allowed.ndjson" }), store })
 * @throws SETUP for a rate that is none
 */
export function sample<Tools, Context>(
  policy: Policy<Tools, Context>,
  { rate = 0.01, to, every = 1_000, onError = warnOnce() }: SampleOptions,
): Policy<Tools, Context> & SampledPolicy {
  if (!(rate > 0 && rate <= 1)) throw new CountersignError("SETUP", { hint: "sample: rate is above 0 and at most 1." });
  const internals = internalsOf(policy);
  const write = typeof to === "string" ? appendingTo(to) : to;
  /** One call is judged more than once: it is drawn once. */
  const drawn = new WeakSet<object>();
  let waiting: string[] = [];
  let missed = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) {
      writing = writing.then(async () => {
        try {
          await write(lines.map((line) => JSON.parse(line) as SampledCall));
        } catch (error) {
          onError(error);
        }
      });
    }
    return writing;
  };

  const keep = (call: CheckedCall, { by }: Judgement): void => {
    if (waiting.length >= WAITING) return void missed++;
    const line = lineOf(call, { rate, policyHash: by.hash, missed });
    if (line === undefined) return void missed++;
    waiting.push(line);
    missed = 0;
    timer ??= setTimeout(() => void flush(), every).unref();
  };

  const sampled = policyOf<Tools, Context>({
    get compiled() {
      return internals.compiled;
    },
    versionFor: (call) => internals.versionFor(call),
    judge: (call) => {
      const judgement = internals.judge(call);
      if (judgement.verdict.type === "allow" && !drawn.has(call.args)) {
        drawn.add(call.args);
        if (Math.random() < rate) keep(call, judgement);
      }
      return judgement;
    },
  });
  return Object.assign(sampled, { flush });
}

/** As JSON at once: whoever made the call may go on to change it. Undefined: it is none. */
function lineOf(
  { tool, namespace, args, agent, threadId, requestedBy, context }: CheckedCall,
  { rate, policyHash, missed }: { readonly rate: number; readonly policyHash: string; readonly missed: number },
): string | undefined {
  const call = { at: Date.now(), rate, tool, namespace, args, agent, threadId, requestedBy, context, policyHash };
  try {
    return JSON.stringify(missed > 0 ? { ...call, missed } : call);
  } catch {
    return undefined;
  }
}

function appendingTo(file: string): (calls: readonly SampledCall[]) => Promise<void> {
  return (calls) => appendFile(file, calls.map((call) => `${JSON.stringify(call)}\n`).join(""), { mode: 0o600 });
}

function warnOnce(): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (told) return;
    told = true;
    // oxlint-disable-next-line no-console -- the one place where people look who have not passed an `onError`
    console.warn(`countersign: sampled calls can't be written, and are lost: ${error instanceof Error ? error.message : String(error)}`);
  };
}
