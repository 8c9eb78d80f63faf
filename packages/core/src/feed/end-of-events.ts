import type { Ledger } from "../ledger/ledger.ts";

const PAGE = 1_000;

/** The position behind everything that is committed now. A store that can't say is read from its first event. @throws STORE_UNAVAILABLE */
export async function endOfEvents(ledger: Ledger): Promise<string> {
  const end = await ledger.port.endOfEvents?.(ledger.tenant);
  if (end !== undefined) return end;
  for (let after: string | undefined; ;) {
    const { events, position } = await ledger.events(after, PAGE);
    if (events.length < PAGE) return position;
    after = position;
  }
}
