import { deserialize, serialize } from "../canonical/serialize.ts";
import type { Continuation, SavedRun } from "../contract/continuation.ts";
import { CountersignError } from "../errors/error.ts";
import type { ThreadRecord } from "../store/records.ts";
import { gunzip, gzip } from "./gzip.ts";

/** The first byte says how the others are to be read; other encodings get other numbers. */
const PLAIN_JSON = 1;
const GZIPPED_JSON = 2;
/** The same, with values that JSON has no word for: see `serialize`. */
const PLAIN = 3;
const GZIPPED = 4;

/** Bytes of JSON above which it is compressed: below, that would take longer than the rest of the pause. */
const COMPRESS_ABOVE = 32_768;
/** Bytes of JSON that a compressed continuation can have. A longer one stays plain, so whatever unpacks to more was never ours. */
const COMPRESS_UP_TO = 256 * 1_024 * 1_024;

/** @throws STATE_NOT_SERIALIZABLE with the path of what can't be kept */
export async function encodeContinuation(continuation: Continuation): Promise<Uint8Array> {
  const kept = serialize(continuation.data);
  if (!("json" in kept)) throw new CountersignError("STATE_NOT_SERIALIZABLE", { path: kept.path });
  const json = new TextEncoder().encode(JSON.stringify({ format: continuation.format, data: kept.json }));
  const compressed = json.length > COMPRESS_ABOVE && json.length <= COMPRESS_UP_TO;
  return compressed ? marked(GZIPPED, await gzip(json)) : marked(PLAIN, json);
}

function marked(encoding: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = encoding;
  bytes.set(body, 1);
  return bytes;
}

/**
 * @throws STATE_INCOMPATIBLE for an encoding that this version doesn't know, STORE_UNAVAILABLE (not retryable) for damaged
 * bytes
 */
export async function decodeContinuation(bytes: Uint8Array | undefined, framework: string): Promise<Continuation | null> {
  if (!bytes) return null;
  const [encoding] = bytes;
  const isGzipped = encoding === GZIPPED_JSON || encoding === GZIPPED;
  const hasValues = encoding === PLAIN || encoding === GZIPPED;
  if (!isGzipped && !hasValues && encoding !== PLAIN_JSON) {
    throw new CountersignError("STATE_INCOMPATIBLE", {
      framework,
      saved: `encoding ${encoding}`,
      running: `encodings ${PLAIN_JSON} to ${GZIPPED}`,
    });
  }
  try {
    const body = bytes.slice(1);
    const json = isGzipped ? await gunzip(body, COMPRESS_UP_TO) : body;
    const saved = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)) as Continuation;
    return hasValues ? { ...saved, data: deserialize(saved.data) } : saved;
  } catch (cause) {
    const answered = "the saved state of a run is damaged. Compare the store with a backup";
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, answered }, { cause });
  }
}

/** What is on record of a thread's run: it may be under way meanwhile. @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE */
export async function savedIn(thread: ThreadRecord | undefined): Promise<SavedRun> {
  if (!thread) return { continuation: null, input: undefined };
  const { id, requestedBy, context, continuation, framework, input } = thread;
  return {
    thread: { threadId: id, requestedBy, context },
    continuation: await decodeContinuation(continuation, framework),
    input: deserialize(input),
  };
}

/** What an adapter has saved. Undefined: nothing. @throws STATE_INCOMPATIBLE for what it saved in another format */
export function dataOf(continuation: Continuation | null, framework: string, format: number): unknown {
  if (!continuation) return undefined;
  if (continuation.format === format) return continuation.data;
  throw new CountersignError("STATE_INCOMPATIBLE", { framework, saved: `format ${continuation.format}`, running: `format ${format}` });
}

/** @throws STATE_INCOMPATIBLE */
export function refuseOtherFramework(saved: string, running: string): void {
  if (saved !== running) throw new CountersignError("STATE_INCOMPATIBLE", { framework: saved, saved, running });
}
