import { useSignal } from "@preact/signals";
import type { AuditEvent } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Table, type Column } from "../look/table.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import styles from "./audit-page.module.css";
import { eventText } from "./event-text.ts";
import { shortJson } from "./short-json.ts";

const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const COLUMNS: readonly Column<AuditEvent>[] = [
  { name: "When", cell: ({ at }) => <When at={at} /> },
  { name: "What happened", kind: "name", cell: (event) => <What event={event} /> },
  { name: "By", cell: (event) => <VisibleText text={eventText(event).by} /> },
  { name: "About", cell: ({ subject }) => <About subject={subject} /> },
];

export function Events({ events }: { readonly events: readonly AuditEvent[] }) {
  return <Table caption="Events, the oldest first" columns={COLUMNS} rows={events} keyOf={({ subject, seq }) => `${subject} ${seq}`} />;
}

function When({ at }: { readonly at: number }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <>at an unknown time</>;
  return (
    <time class={styles["when"]} dateTime={date.toISOString()} title={date.toISOString()}>
      {CLOCK.format(date)}
    </time>
  );
}

function What({ event }: { readonly event: AuditEvent }) {
  const isOpen = useSignal(false);
  const { data, hash, prev, seq } = event;
  return (
    <div class={styles["what"]}>
      <VisibleText text={eventText(event).what} />
      <details onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
        <summary>Data</summary>
        {isOpen.value && (
          <pre class={styles["data"]} tabIndex={0} aria-label="Data">
            <VisibleText text={shortJson({ number: seq, data, hash, prev })} />
          </pre>
        )}
      </details>
    </div>
  );
}

/** What it is about, and the way there. */
function About({ subject }: { readonly subject: string }) {
  const { route } = useApp();
  const thread = subject.startsWith("thread/") && !subject.startsWith("thread/countersign/") ? subject.slice("thread/".length) : undefined;
  const trail = route.href({ page: "audit" }, new URLSearchParams({ subject }));
  return (
    <div class={styles["about"]}>
      <VisibleText text={visible(subject)} />
      <span class={styles["ways"]}>
        {/^[0-9a-f]{32}$/.test(subject) && <a href={route.href({ page: "requests", id: subject })}>Open</a>}
        {thread !== undefined && <a href={route.href({ page: "requests" }, new URLSearchParams({ view: "all", thread }))}>Its requests</a>}
        <a href={trail}>Only this</a>
      </span>
    </div>
  );
}
