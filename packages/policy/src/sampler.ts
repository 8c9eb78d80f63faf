import { appendFile } from "node:fs/promises";
import { CountersignError, type AllowedCall, type JsonObject, type Principal } from "@countersign/core";
import { demand, demandOptions, masked } from "@countersign/core/policy";
import { demandInterval } from "./interval.ts";

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

export interface SamplerOptions {
  /** Which share of the allowed calls is kept: above 0, at most 1. Default 0.01. */
  readonly rate?: number | undefined;
  /** A file that gets a line of JSON for each, with what rules `redact` masked; or a function that takes a batch. */
  readonly to: string | ((calls: readonly SampledCall[]) => void | Promise<void>);
  /** How long calls are gathered into a batch, in ms. Default 1,000. */
  readonly every?: number | undefined;
  /** A batch that could not be written: it is lost, and nothing else depends on it. Default: standard error, once. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a gate takes as `onAllowed`. */
export interface Sampler {
  (call: AllowedCall): void;
  /** Writes what is gathered now: before the process ends. */
  flush(): Promise<void>;
}

const CALL = 'sampler({ to: "allowed.ndjson", every: 1_000 })';

/** Calls that may wait to be written. More than that are missed, and counted. */
const WAITING = 1_000;

/**
 * Keeps some of the calls that a policy allows, so that a stricter one can be tried on them: they leave no record otherwise.
 * No call waits for I/O: what is kept waits in memory and is written in batches, beside everything else.
 * @example createGate({ policy, store, onAllowed: sampler({ to: "allowed.ndjson" }) })
 * @throws SETUP for an option that there isn't, and for one that is of no use
 */
export function sampler(options: SamplerOptions): Sampler {
  demandOptions(options, ["rate", "to", "every", "onError"], CALL);
  const { rate = 0.01, to, every = 1_000, onError = warnOnce() } = options;
  demand(typeof to === "function" || (typeof to === "string" && to !== ""), to, "to", CALL);
  if (!(rate > 0 && rate <= 1)) throw new CountersignError("SETUP", { hint: "sampler: rate is above 0 and at most 1." });
  demandInterval(every, CALL);
  const write = typeof to === "string" ? appendingTo(to) : to;
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

  const sample = (call: AllowedCall): void => {
    if (Math.random() >= rate) return;
    const line = waiting.length < WAITING ? lineOf(call, rate, missed) : undefined;
    if (line === undefined) {
      missed++;
      return;
    }
    waiting.push(line);
    missed = 0;
    timer ??= setTimeout(() => void flush(), every).unref();
  };
  return Object.assign(sample, { flush });
}

/** As JSON at once: whoever made the call may go on to change it. Undefined: it is none. */
function lineOf({ args, redact, ...call }: AllowedCall, rate: number, missed: number): string | undefined {
  try {
    return JSON.stringify({ at: Date.now(), rate, ...call, args: masked(args, redact), ...(missed > 0 && { missed }) });
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
