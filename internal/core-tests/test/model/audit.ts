import { createGate } from "@countersign/core";
import type { AuditEvent, StorePort } from "@countersign/core/store";
import { sha256 } from "./digest.ts";
import { isLeft } from "./holds.ts";
import { TENANT, type Monitor } from "./monitor.ts";
import { describe } from "./world.ts";

/** The store at the end: chains whole, records as the last commit left them, nobody asked for nothing. */
export async function audit(monitor: Monitor, store: StorePort): Promise<void> {
  const { world } = monitor;
  const ends = new Map<string, AuditEvent>();
  const { events } = await store.listEvents(TENANT, undefined, 100_000);
  for (const event of events) {
    const { subject, seq, prev, type, at, actor, data, hash } = event;
    const before = ends.get(subject);
    if (seq !== (before?.seq ?? 0) + 1 || prev !== (before?.hash ?? "")) world.fail(`I5 the chain of ${subject} is broken at ${seq}`);
    if (sha256({ subject, seq, prev, type, at, actor: actor ?? null, data }) !== hash)
      world.fail(`I5 event ${seq} of ${subject} was hashed otherwise`);
    ends.set(subject, event);
  }
  for (const known of monitor.requests.values()) {
    const record = await store.getRequest(TENANT, known.id);
    const end = ends.get(known.id);
    if (record?.version !== known.version || record.state !== known.state) world.fail("I0 a record changed without a commit");
    if (record?.head !== end?.hash || record?.seq !== end?.seq || record?.state !== end?.data["state"])
      world.fail("I5 a chain's end is not its record's");
    if (monitor.threads.get(known.threadId)?.state === "closed" && isLeft(known))
      world.fail(`I10 a closed thread leaves a call that is ${known.state}`);
    const ran = (monitor.effects.get(known.id)?.length ?? 0) > 0;
    if (ran && ["pending", "rejected", "expired", "cancelled"].includes(known.state))
      world.fail(`I11 an effect happened, and its request says ${known.state}`);
  }
  for (const { id } of monitor.threads.values()) {
    const record = await store.getThread(TENANT, id);
    const end = ends.get(`thread/${id}`);
    if (record?.head !== end?.hash || record?.seq !== end?.seq || record?.state !== end?.data["state"])
      world.fail("I5 a chain's end is not its thread's");
  }
  await createGate({ store })
    .verify()
    .catch((error: unknown) => world.fail(`I5 verify: ${describe(error)}`));
}
