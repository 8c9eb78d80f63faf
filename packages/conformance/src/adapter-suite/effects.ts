import { appendFileSync, closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { currentCall, type JsonObject } from "@countersign/core";

/** Something that a tool has done to the outside world. */
export interface EffectRecord {
  readonly tool: string;
  readonly args: JsonObject;
  /** The idempotency key that the tool was given; undefined without Countersign. */
  readonly key: string | undefined;
  readonly threadId: string | undefined;
  readonly attempt: number | undefined;
  /** Who signed, as the tool was told. */
  readonly signedBy: readonly string[] | undefined;
  readonly pid: number;
}

const FILE = "effects.jsonl";

/** One line, written at once and in append mode: neither a crash nor another process can hide a second execution. */
export function recordEffect(dir: string, tool: string, args: JsonObject): void {
  const call = currentCall();
  const record: EffectRecord = {
    tool,
    args,
    key: call?.idempotencyKey,
    threadId: call?.threadId,
    attempt: call?.attempt,
    signedBy: call?.request?.decisions.map(({ by }) => by.id),
    pid: process.pid,
  };
  const file = openSync(join(dir, FILE), "a");
  try {
    writeSync(file, `${JSON.stringify(record)}\n`);
  } finally {
    closeSync(file);
  }
}

const AROUND = "around";

/** What an application puts around its tools was called. */
export function recordAround(dir: string): void {
  writeFileSync(join(dir, AROUND), "");
}

export function aroundWasCalled(dir: string): boolean {
  return existsSync(join(dir, AROUND));
}

const EVALUATIONS = "evaluations";

/** A condition that counts itself was evaluated. Appended at once, as effects are. */
export function recordEvaluation(dir: string): void {
  appendFileSync(join(dir, EVALUATIONS), "1");
}

export function evaluationsIn(dir: string): number {
  const path = join(dir, EVALUATIONS);
  return existsSync(path) ? readFileSync(path, "utf8").length : 0;
}

/** In the order in which they happened. */
export function effectsIn(dir: string): readonly EffectRecord[] {
  const path = join(dir, FILE);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EffectRecord);
}
