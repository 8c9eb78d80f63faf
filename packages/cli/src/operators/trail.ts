import type { AuditEvent } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";

const PAGE = 1_000;

/** All events of a tenant, in the order in which they were committed. */
export async function* trail(store: StorePort, tenant: string): AsyncGenerator<AuditEvent> {
  for (let after: string | undefined; ;) {
    const { events, position } = await store.listEvents(tenant, after, PAGE);
    yield* events;
    if (events.length === 0) return;
    after = position;
  }
}
