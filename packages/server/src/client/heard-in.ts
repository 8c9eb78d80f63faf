import type { Heard, LiveEvent } from "./answers.ts";
import { linesOf } from "./lines-of.ts";

/** What server-sent events of the server say: a block of fields, then an empty line. A block without any is a heartbeat. */
export async function* heardIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Heard, void, void> {
  let fields = new Map<string, string>();
  for await (const line of linesOf(body)) {
    const [, name, value = ""] = /^(\w+): (.*)$/s.exec(line) ?? [];
    if (name !== undefined) fields.set(name, value);
    if (line !== "") continue;
    const [id, data] = [fields.get("id"), fields.get("event") === "change" ? fields.get("data") : undefined];
    fields = new Map();
    const event = data === undefined ? undefined : (JSON.parse(data) as LiveEvent);
    yield { ...(event && { event }), ...(id !== undefined && { position: id }) };
  }
}
