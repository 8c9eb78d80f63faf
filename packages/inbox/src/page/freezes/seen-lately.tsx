import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Summary } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import styles from "./freezes-page.module.css";

interface SeenLatelyProps {
  readonly kind: "tool" | "agent";
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

/** Requests that are looked at, and names that are offered: more are slower to choose from than to type. */
const LAST = 200;
const MOST = 8;

/** Names in the last requests, to press in place of typing. */
export function SeenLately({ kind, chosen, onChoose }: SeenLatelyProps) {
  const { client, session } = useApp();
  const rows = useSignal<readonly Summary[]>([]);
  useEffect(() => {
    const reading = new AbortController();
    client.listRequests({ order: "newest", limit: LAST }, { signal: reading.signal }).then(
      ({ items }) => {
        rows.value = items;
      },
      // Without them, somebody types the name.
      (error: unknown) => {
        if (!reading.signal.aborted) session.heed(error);
      },
    );
    return () => reading.abort();
  }, [client]);
  // One with an escape in it isn't the name any more.
  const names = [...new Set(rows.value.map((row) => row[kind]))].filter((name) => name !== "" && !name.includes("\\u{")).slice(0, MOST);
  if (names.length === 0) return null;
  return (
    <div class={styles["seen"]} role="group" aria-label="Seen lately">
      <span aria-hidden="true">Seen lately:</span>
      {names.map((name) => (
        <button key={name} type="button" class={styles["suggestion"]} aria-pressed={name === chosen} onClick={() => onChoose(name)}>
          {name}
        </button>
      ))}
    </div>
  );
}
