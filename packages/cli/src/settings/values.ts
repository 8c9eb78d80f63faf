import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import type { Duration, JsonObject } from "@countersign/core";
import { durationMs } from "@countersign/core/policy";
import { jsonFlaws } from "@countersign/core/surface";
import { pathText } from "@countersign/review";
import { numberFlaw } from "@countersign/terminal";
import { InvalidArgumentError } from "commander";
import { unread, usage } from "../failure.ts";

/** A length of time, as an option takes it. */
export function duration(value: string): Duration {
  if (durationMs(value as Duration) === undefined) throw new InvalidArgumentError("Write a length of time such as 90s, 15m, 48h or 3d.");
  return value as Duration;
}

/** In ms. */
export function msOf(time: Duration): number {
  return durationMs(time) ?? 0;
}

/** A moment, Unix ms: so long ago, or a date. */
export function moment(value: string): number {
  const ago = durationMs(value as Duration);
  if (ago !== undefined) return Date.now() - ago;
  const at = /^\d{4}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("Write 24h or 30d for so long ago, or a date such as 2027-01-31T08:00Z.");
  return at;
}

/** A moment, Unix ms: a date, or the milliseconds themselves. */
export function instant(value: string): number {
  const at = /^\d{5,}$/.test(value) ? Number(value) : /^\d{4}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("Write a date such as 2027-01-31T08:00Z, or milliseconds since 1970.");
  return at;
}

export function whole(from: number, to: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== "" && Number.isInteger(number) && number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Write a whole number from ${from} to ${to}.`);
  };
}

/** JSON that is written out, in a file (`@file`) or on standard input (`-`). `what`: what it is, for messages. */
export async function json(source: string, what: string): Promise<unknown> {
  return valueIn(await textAt(source), what);
}

/** What is signed, or told to a model, is what was written, as in an editor: of a name that stands twice, nobody chooses one. */
function valueIn(text: string, what: string): unknown {
  const value = parsed(text, what);
  const [flaw] = jsonFlaws(text, numberFlaw);
  if (!flaw) return value;
  const where = flaw.path.length > 0 ? `${pathText(flaw.path)}: ` : "";
  throw usage(`${what} can't be taken: ${where}${flaw.message.replace(/[^.]$/, "$&.")}`);
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(
      `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}. JSON has names and texts in double quotes.`,
    );
  }
}

export async function jsonObject(source: string, what: string): Promise<JsonObject> {
  return objectIn(await textAt(source), what);
}

/** @throws Failure for a text that is no JSON object */
function objectIn(text: string, what: string): JsonObject {
  const value = valueIn(text, what);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw usage(`${what} must be a JSON object, such as '{"amount": 4000}'.`);
}

async function textAt(source: string): Promise<string> {
  if (source === "-") return textOf(process.stdin);
  return source.startsWith("@") ? fileText(source.slice(1)) : source;
}

/** @throws Failure that names the file */
export function fileText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unread(path, error);
  }
}
