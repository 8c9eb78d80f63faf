import { HttpError } from "./problem.ts";

/** What a body may take. */
export interface BodyLimits {
  /** Bytes. */
  readonly body: number;
  /** Ms until it has to be there. */
  readonly bodyWithin: number;
}

/** Before anything of it is read. @throws HttpError NOT_JSON_BODY */
export function demandJson({ headers }: Request): void {
  const type = headers.get("content-type");
  const encoding = headers.get("content-encoding") ?? "identity";
  if ((type === null || isJson(type)) && encoding.toLowerCase() === "identity") return;
  throw new HttpError("NOT_JSON_BODY");
}

function isJson(type: string): boolean {
  return /^application\/json *(?:; *charset *= *"?utf-8"? *)?$/i.test(type.trim());
}

/**
 * All of a body, counted as it comes: `Content-Length` is only what the caller says.
 * @throws HttpError TOO_LARGE, BODY_TOO_SLOW, NOT_JSON_BODY for one that doesn't say what it is
 */
export async function readBody(request: Request, { body: most, bodyWithin }: BodyLimits): Promise<Uint8Array> {
  if (request.bodyUsed) throw new Error("authenticate has read the request's body. It is the endpoint's: look at headers only.");
  // On Node, to look for a body is to make a whole request of what came.
  if (request.method === "GET" || request.method === "HEAD" || request.body === null) return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  // Node's and the browsers' types of it differ in what a chunk is.
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const late = timer(bodyWithin);
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; ;) {
      const { done, value } = await Promise.race([reader.read(), late.over]);
      if (done) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      size += value.byteLength;
      if (size > most) throw tooLarge(most);
      if (size > 0 && request.headers.get("content-type") === null) throw new HttpError("NOT_JSON_BODY");
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    late.stop();
  }
}

/** The rest of the body is not read, so that the connection is of no more use. */
const CLOSE = { Connection: "close" };

function tooLarge(most: number): HttpError {
  return new HttpError("TOO_LARGE", { detail: `The body has more than ${most} bytes.`, headers: CLOSE });
}

function timer(ms: number): { readonly over: Promise<never>; readonly stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const pending = setTimeout(() => reject(new HttpError("BODY_TOO_SLOW", { headers: CLOSE })), ms);
  promise.catch(() => {});
  return { over: promise, stop: () => clearTimeout(pending) };
}
