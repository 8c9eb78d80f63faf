import { firstNonJson } from "../canonical/json.ts";
import type { Continuation } from "../contract/continuation.ts";
import { CountersignError } from "../errors/error.ts";
import { gunzip, gzip } from "./gzip.ts";

/** The first byte says how the others are to be read; other encodings get other numbers. */
const PLAIN_JSON = 1;
const GZIPPED_JSON = 2;

/** Bytes of JSON above which it is compressed: below, that would take longer than the rest of the pause. */
const COMPRESS_ABOVE = 32_768;
/** Bytes of JSON that a compressed continuation can have. A longer one stays plain, so whatever unpacks to more was never ours. */
const COMPRESS_UP_TO = 256 * 1_024 * 1_024;

/** @throws STATE_NOT_SERIALIZABLE with the path of what JSON can't carry */
export async function encodeContinuation(continuation: Continuation): Promise<Uint8Array> {
  const bad = firstNonJson(continuation.data);
  if (bad) throw new CountersignError("STATE_NOT_SERIALIZABLE", { path: bad });
  const json = new TextEncoder().encode(JSON.stringify({ format: continuation.format, data: continuation.data }));
  const compressed = json.length > COMPRESS_ABOVE && json.length <= COMPRESS_UP_TO;
  return compressed ? marked(GZIPPED_JSON, await gzip(json)) : marked(PLAIN_JSON, json);
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
  if (encoding !== PLAIN_JSON && encoding !== GZIPPED_JSON) {
    throw new CountersignError("STATE_INCOMPATIBLE", {
      framework,
      saved: `encoding ${encoding}`,
      running: `encodings ${PLAIN_JSON} and ${GZIPPED_JSON}`,
    });
  }
  try {
    const body = bytes.slice(1);
    const json = encoding === GZIPPED_JSON ? await gunzip(body, COMPRESS_UP_TO) : body;
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)) as Continuation;
  } catch (cause) {
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: false }, { note: "A saved continuation is damaged.", cause });
  }
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
