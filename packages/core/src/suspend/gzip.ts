export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return collected(through(bytes, new CompressionStream("gzip")), Infinity);
}

/** @throws TypeError or the like for what isn't whole, RangeError for what unpacks to more than `limit` bytes */
export function gunzip(bytes: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array> {
  return collected(through(bytes, new DecompressionStream("gzip")), limit);
}

function through(bytes: Uint8Array<ArrayBuffer>, transform: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough(transform);
}

/** Counted while they come: a few bytes can unpack to gigabytes. */
async function collected(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    chunks.push(next.value);
    if (length <= limit) continue;
    await reader.cancel();
    throw new RangeError(`more than ${limit} bytes`);
  }
  const bytes = new Uint8Array(length);
  let place = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, place);
    place += chunk.length;
  }
  return bytes;
}
