import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { InboxFile } from "./inbox.ts";

/**
 * A file as it is answered: compressed for whoever takes that, and nothing for whoever has it already.
 * @param headers of every answer, also of one that says that nothing has changed
 */
export function fileAnswer(
  { type, body, encoding }: InboxFile,
  headers: Readonly<Record<string, string>>,
): (request: Request) => Promise<Response> {
  const bytes = new Uint8Array(Buffer.from(body, encoding));
  // Weak: the same for all encodings.
  const etag = `W/"${createHash("sha256").update(bytes).digest("base64url")}"`;
  const isText = encoding === "utf8";
  const always = { ETag: etag, ...(isText && { Vary: "Accept-Encoding" }), ...headers };
  const packed = new Map<Coding, Promise<Uint8Array<ArrayBuffer>>>();
  return async (request) => {
    if (isKnown(request, etag)) return new Response(null, { status: 304, headers: always });
    const full = { ...always, "Content-Type": type };
    const coding = isText ? codingFor(request) : undefined;
    if (coding === undefined) return new Response(bytes, { headers: full });
    const packing = packed.get(coding) ?? PACKERS[coding](bytes).then((buffer) => new Uint8Array(buffer));
    packed.set(coding, packing);
    return new Response(await packing, { headers: { ...full, "Content-Encoding": coding } });
  };
}

/** The smallest first. */
const PACKERS = { br: promisify<Uint8Array, Buffer>(brotliCompress), gzip: promisify<Uint8Array, Buffer>(gzip) };
type Coding = keyof typeof PACKERS;
const CODINGS: readonly Coding[] = ["br", "gzip"];

function isKnown({ headers }: Request, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return (headers.get("if-none-match") ?? "").split(",").some((tag) => tag.trim() === "*" || opaque(tag) === opaque(etag));
}

/** The best of those that are named, and not with a weight of nothing. */
function codingFor({ headers }: Request): Coding | undefined {
  const named = (headers.get("accept-encoding") ?? "").toLowerCase().split(",").map((coding) => coding.split(";").map((part) => part.trim())); // prettier-ignore
  return CODINGS.find((coding) => {
    const weights = named.find(([name]) => name === coding) ?? named.find(([name]) => name === "*");
    return weights !== undefined && !weights.some((part) => /^q=0(?:\.0*)?$/.test(part));
  });
}
