import { useSignal } from "@preact/signals";
import type { AuditEvent } from "@countersign/server/client";
import { jsonText } from "../../look/json-text.ts";
import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Time } from "../../look/moment.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { Differences } from "./differences.tsx";
import { storyOf, type Told } from "./event-story.ts";
import { Fold } from "./fold.tsx";
import { LongText } from "./long-text.tsx";
import { More, useShown } from "./more.tsx";
import { NotRead } from "../../look/not-read.tsx";
import styles from "./history.module.css";

const FIRST = 50;
const STEP = 200;
const SIDES = [
  { of: "model", label: "Before" },
  { of: "proposed", label: "After" },
] as const;

interface HistoryProps {
  readonly id: string;
  /** Of the request: with each there is something new. */
  readonly version: number;
}

/** What happened to a request. Read when it is drawn, and again when the request changes. */
export function History({ id, version }: HistoryProps) {
  const { client, session } = useApp();
  const events = useSignal<readonly AuditEvent[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const [shown, more] = useShown(FIRST, STEP);
  const story = useMemo(() => storyOf(events.value ?? []), [events.value]);

  async function read(signal?: AbortSignal): Promise<void> {
    try {
      events.value = (await client.getHistory(id, { signal })).items;
      failure.value = undefined;
    } catch (error) {
      if (signal?.aborted) return;
      session.heed(error);
      failure.value = error;
    }
  }
  useEffect(() => {
    const reading = new AbortController();
    void read(reading.signal);
    return () => reading.abort();
  }, [id, version]);

  return (
    <>
      {failure.value !== undefined && <NotRead what="The history" error={failure.value} onRetry={read} />}
      {events.value === undefined && failure.value === undefined && <p>Reading…</p>}
      <ol class={styles["events"]}>
        {story.slice(0, shown).map((told, index) => (
          <li key={told.seq} class={styles["event"]}>
            <Event told={told} />
            <Fold title="Everything that was recorded">{() => <Raw event={events.value?.[index]} />}</Fold>
          </li>
        ))}
      </ol>
      <More shown={shown} total={story.length} step={STEP} of="events" onMore={more} />
    </>
  );
}

function Event({ told: { name, by, at, said, differences } }: { readonly told: Told }) {
  return (
    <>
      <p>
        <strong>
          <VisibleText text={name} />
        </strong>{" "}
        {by !== undefined && (
          <>
            by <VisibleText text={by} />,{" "}
          </>
        )}
        <span class={styles["time"]}>
          <Time at={at} />, {new Date(at).toLocaleString()}
        </span>
      </p>
      {said.map((line, index) => (
        <p key={index} class={styles["said"]}>
          <LongText text={line} />
        </p>
      ))}
      {differences.length > 0 && <Differences differences={differences} sides={SIDES} />}
    </>
  );
}

function Raw({ event }: { readonly event: AuditEvent | undefined }) {
  return (
    <pre class={styles["raw"]}>
      <LongText text={jsonText(event)} />
    </pre>
  );
}
