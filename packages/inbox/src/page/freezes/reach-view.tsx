import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app-context.ts";
import type { FreezeScope } from "./freeze-scope.ts";
import { readReach, type Reach } from "./reach.ts";
import styles from "./freezes-page.module.css";

/** Ms: somebody is still typing the name. */
const PAUSE = 250;

interface ReachViewProps {
  /** Undefined: nothing is named yet. */
  readonly scope: FreezeScope | undefined;
  readonly title: string;
  readonly texts: (reach: Reach) => readonly string[];
  /** What holds whatever is counted. */
  readonly also: readonly string[];
  /** Says so if nothing was ever asked of it: a misspelt freeze stops nothing. */
  readonly warnsOfUnknown?: boolean;
}

/** How many requests it is about. It is never waited for: a freeze is for emergencies. */
export function ReachView({ scope, title, texts, also, warnsOfUnknown = false }: ReachViewProps) {
  const { client, session } = useApp();
  const reach = useSignal<Reach | "failed" | undefined>(undefined);
  const { tool, agent } = scope ?? {};
  const isNamed = scope !== undefined;
  useEffect(() => {
    reach.value = undefined;
    if (!isNamed) return undefined;
    const reading = new AbortController();
    const timer = setTimeout(() => {
      readReach(client, { tool, agent }, reading.signal).then(
        (read) => {
          if (!reading.signal.aborted) reach.value = read;
        },
        (error: unknown) => {
          if (reading.signal.aborted) return;
          session.heed(error);
          reach.value = "failed";
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [client, isNamed, tool, agent]);

  if (!isNamed) return null;
  const known = typeof reach.value === "object" ? reach.value : undefined;
  const rest = session.me.value?.seesAll ? [] : ["These are the requests that you can see. There may be others."];
  const lines = reach.value === "failed" ? ["How many requests this is about can't be counted now. You can go on all the same."] : [];
  return (
    <section class={styles["reach"]} aria-label={title} aria-live="polite" aria-busy={reach.value === undefined}>
      <h3>{title}</h3>
      {known && warnsOfUnknown && !known.isKnown && (
        <p class={styles["unknown"]}>
          {`${session.me.value?.seesAll ? "Nothing was ever asked" : "You see nothing that was asked"} of it. Check the name: a misspelt freeze stops nothing.`}
        </p>
      )}
      <ul>
        {reach.value === undefined && <li>Counting…</li>}
        {[...lines, ...(known ? [...texts(known), ...rest] : []), ...also].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
