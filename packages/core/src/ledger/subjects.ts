import type { AuditEvent } from "../contract/event.ts";
import type { Ledger } from "./ledger.ts";

const PAGE = 1_000;

/** The audit chain of one subject, oldest first. */
export async function* history(ledger: Ledger, subject: string): AsyncGenerator<AuditEvent> {
  yield* allEvents(ledger, subject);
}

/** Whatever has a record or a chain. A store that can't list that is asked for its chains. */
export async function* subjectsOf(ledger: Ledger): AsyncGenerator<string> {
  const { port, tenant } = ledger;
  if (!port.listSubjects) {
    yield* chainsOf(ledger);
    return;
  }
  for (let after: string | undefined; ;) {
    const page: readonly string[] = await port.listSubjects(tenant, after, PAGE);
    yield* page;
    after = page.at(-1);
    if (after === undefined) return;
  }
}

async function* chainsOf(ledger: Ledger): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const { subject } of allEvents(ledger)) {
    if (!seen.has(subject)) yield subject;
    seen.add(subject);
  }
}

async function* allEvents(ledger: Ledger, subject?: string): AsyncGenerator<AuditEvent> {
  for (let after: string | undefined; ;) {
    const { events, position } = await ledger.events(after, PAGE, subject);
    yield* events;
    if (events.length === 0 || (subject !== undefined && events.length < PAGE)) return;
    after = position;
  }
}
