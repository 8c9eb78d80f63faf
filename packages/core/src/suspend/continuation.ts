import { firstNonJson } from "../canonical/json.ts";
import { CountersignError } from "../errors/error.ts";

/** The framework's frozen run: opaque to Countersign, versioned by the adapter. */
export interface Continuation {
  /** The adapter's own format number. */
  readonly format: number;
  /** JSON. */
  readonly data: unknown;
}

/** How the bytes are to be read; other encodings get other numbers. */
const PLAIN_JSON = 1;

/** @throws STATE_NOT_SERIALIZABLE with the path of what JSON can't carry */
export function encodeContinuation(continuation: Continuation): Uint8Array {
  const bad = firstNonJson(continuation.data);
  if (bad) throw new CountersignError("STATE_NOT_SERIALIZABLE", { path: bad });
  const text = new TextEncoder().encode(JSON.stringify({ format: continuation.format, data: continuation.data }));
  const bytes = new Uint8Array(text.length + 1);
  bytes[0] = PLAIN_JSON;
  bytes.set(text, 1);
  return bytes;
}

/** @throws STATE_INCOMPATIBLE for an encoding that this version doesn't know */
export function decodeContinuation(bytes: Uint8Array | undefined, framework: string): Continuation | null {
  if (!bytes) return null;
  if (bytes[0] !== PLAIN_JSON) {
    throw new CountersignError("STATE_INCOMPATIBLE", { framework, saved: `encoding ${bytes[0]}`, running: `encoding ${PLAIN_JSON}` });
  }
  return JSON.parse(new TextDecoder().decode(bytes.subarray(1))) as Continuation;
}
