import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { isCountersignError, type AuditEvent, type ErrorCode } from "@countersign/core";
import { EXIT } from "../exit.ts";
import { Failure, unread } from "../failure.ts";

const NEWLINE = 10;
/** Bytes of a line: what is longer is no export, and not to be held in memory. */
const LONGEST = 2 ** 28;

interface Place {
  readonly file: string;
  readonly line: number;
}

/** What a file came to, and what it was. */
export interface ReadTrail<T> {
  readonly result: T;
  readonly file: string;
  /** Of all its bytes: `audit export` has said it. */
  readonly sha256: string;
}

/**
 * Does the work with the events of an export, which may be larger than memory. `-`: of standard input.
 * @throws Failure that names the file, and the line of an event that isn't one or that the work refuses
 */
export async function readTrail<T>(path: string, work: (events: AsyncIterable<AuditEvent>) => Promise<T>): Promise<ReadTrail<T>> {
  const file = path === "-" ? "standard input" : path;
  const hash = createHash("sha256");
  let place: Place = { file, line: 0 };
  let isRead = false;
  async function* events(): AsyncGenerator<AuditEvent> {
    for await (const line of linesOf(path, hash)) {
      place = { file, line: place.line + 1 };
      if (line.text.trim() !== "") yield eventIn(line, place);
    }
    if (place.line === 0)
      throw new Failure(EXIT.no, `${file} is empty. Name a file that countersign audit export wrote.`, { details: { file } });
    isRead = true;
  }
  try {
    const result = await work(events());
    return { result, file, sha256: hash.digest("hex") };
  } catch (error) {
    // Once all of it is read, it is the store that is refused.
    throw isRead ? error : placed(error, place);
  }
}

interface Line {
  readonly text: string;
  /** The file ends within it. */
  readonly isCut: boolean;
}

async function* linesOf(path: string, hash: Hash): AsyncGenerator<Line> {
  const input: AsyncIterable<Buffer> = path === "-" ? process.stdin : createReadStream(path);
  let begun: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    hash.update(chunk);
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      yield { text: Buffer.concat([...begun, chunk.subarray(from, to)]).toString(), isCut: false };
      [begun, size, from] = [[], 0, to + 1];
    }
    begun.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > LONGEST) break;
  }
  if (size > 0) yield { text: Buffer.concat(begun).toString(), isCut: size <= LONGEST };
}

function eventIn({ text, isCut }: Line, place: Place): AuditEvent {
  try {
    return JSON.parse(text) as AuditEvent;
  } catch (error) {
    if (isCut)
      throw flawed(
        place,
        "the file ends in the middle of this line. Compare the file with another copy, or its SHA-256 with the one that the export printed.",
      );
    throw noEvent(place, (error as Error).message);
  }
}

/** What the work says of an event, with its place. */
function placed(error: unknown, place: Place): unknown {
  const { file } = place;
  if (error instanceof Error && "syscall" in error) return unread(file, error);
  if (isCountersignError(error, "INVALID_ARGS")) {
    const [issue] = error.details.issues;
    return noEvent(place, `${issue?.path.slice(1).map(String).join(".") || "the line"}: ${issue?.message}`);
  }
  if (!isCountersignError(error, "AUDIT_BROKEN")) return error;
  const { subject, seq, flaw } = error.details;
  const told = { code: error.code, details: error.details };
  return flawed(place, `the chain of ${subject} is broken at event ${seq}: ${flaw}. Compare the file with another copy of it.`, told);
}

function noEvent(place: Place, why: string): Failure {
  return flawed(place, `this is not an event of an audit trail (${why}). Name a file that countersign audit export wrote.`);
}

function flawed(place: Place, why: string, { code, details = {} }: { readonly code?: ErrorCode; readonly details?: object } = {}): Failure {
  return new Failure(EXIT.no, `${place.file}:${place.line}: ${why}`, { ...(code && { code }), details: { ...details, ...place } });
}
