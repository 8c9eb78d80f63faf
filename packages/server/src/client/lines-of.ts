/** The lines of a stream, each without its end. A stream that breaks off throws: its last line would be half of one. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = `${rest}${decoder.decode(value, { stream: !done })}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
      if (done) break;
    }
    if (rest !== "") throw new Error("The stream ended in the middle of a line. Read it again.");
  } finally {
    await reader.cancel().catch(() => {});
  }
}
