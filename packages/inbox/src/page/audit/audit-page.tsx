import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { AuditEvent } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { Listing } from "../look/listing.tsx";
import { NotForYou } from "../look/not-for-you.tsx";
import { PageFrame } from "../look/page-frame.tsx";
import { usePaged } from "../reading/use-paged.ts";
import { exportHref, filterIn, type AuditFilter } from "./audit-filter.ts";
import styles from "./audit-page.module.css";
import { AuditSearch } from "./audit-search.tsx";
import { Events } from "./events.tsx";
import { readTrail, SHOWN } from "./trail.ts";
import { VerifyTrail } from "./verify-trail.tsx";

const TITLE = "Audit trail";
const ABOUT = "Everything that was asked, signed and executed, in the order in which it was recorded. Nothing here can be changed.";

export function AuditPage() {
  const { session } = useApp();
  if (!session.me.value?.seesAll) return <NotForYou title={TITLE} what="The audit trail is shown to operators and auditors." />;
  return <Audit />;
}

function Audit() {
  const { base, route } = useApp();
  const query = route.query.value.toString();
  const filter = useMemo(() => filterIn(new URLSearchParams(query), Date.now()), [query]);
  return (
    <PageFrame title={TITLE} about={ABOUT}>
      <VerifyTrail />
      <AuditSearch key={query} filter={filter} />
      <Found key={`found ${query}`} filter={filter} />
      <p class={styles["export"]}>
        <a href={exportHref(base, filter)} download>
          Export what fits these filters, as NDJSON
        </a>
      </p>
    </PageFrame>
  );
}

/** What fits. Of what was read, so many are drawn at a time. */
function Found({ filter }: { readonly filter: AuditFilter }) {
  const { client } = useApp();
  const trail = usePaged<AuditEvent, { readonly items: readonly AuditEvent[]; readonly next?: string | undefined }>(
    (after, signal) => readTrail(client, filter, after, signal),
    [client, filter],
  );
  const shown = useSignal(SHOWN);
  const items = useComputed(() => trail.items.value?.slice(0, shown.value));
  const hasMore = useComputed(() => trail.hasMore.value || (trail.items.value?.length ?? 0) > shown.value);
  useEffect(() => {
    shown.value = SHOWN;
  }, [trail]);
  async function more(): Promise<void> {
    const held = trail.items.value?.length ?? 0;
    if (held < shown.value + SHOWN) await trail.more();
    shown.value += SHOWN;
  }
  return (
    <Listing of={{ ...trail, items, hasMore, more }} none="Nothing fits. Begin earlier, or leave a filter out.">
      {(events) => <Events events={events} />}
    </Listing>
  );
}
