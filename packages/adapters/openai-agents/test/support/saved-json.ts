import type { StorePort } from "@countersign/core/store";

const PLAIN = 3;

/** What is saved of a thread, as JSON: behind a first byte, which says whether it is compressed. */
export async function savedJson(store: StorePort, threadId: string): Promise<unknown> {
  const bytes = (await store.getThread("default", threadId))?.continuation;
  if (!bytes) throw new Error("nothing saved");
  const rest = new Blob([bytes.slice(1)]);
  const text = bytes[0] === PLAIN ? rest.text() : new Response(rest.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  return JSON.parse(await text);
}

/** As if another version had saved it. */
export async function putState(store: StorePort, threadId: string, saved: unknown): Promise<void> {
  const record = await store.getThread("default", threadId);
  if (!record) throw new Error("nothing saved");
  const continuation = new Uint8Array([PLAIN, ...new TextEncoder().encode(JSON.stringify(saved))]);
  const changed = { ...record, continuation, version: record.version + 1 };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "thread", record: changed, expects: record.version }], events: [] });
}
