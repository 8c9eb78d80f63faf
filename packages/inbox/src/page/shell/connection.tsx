import { useEffect } from "preact/hooks";
import { useApp } from "../app-context.ts";
import styles from "./connection.module.css";

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** Is what somebody sees how things are? */
export function Connection() {
  const { live, announcer } = useApp();
  const state = live.state.value;
  const since = live.silentSince.value;
  const isOffline = state === "offline";
  useEffect(() => {
    if (isOffline) announcer.say("Offline. What you see may be old.");
    return isOffline ? () => announcer.say("Live again.") : undefined;
  }, [isOffline]);
  if (state === "live")
    return (
      <p class={styles["connection"]} data-state="live" title="What you see is how it is now.">
        <span class={styles["dot"]} aria-hidden="true" /> Live
      </p>
    );
  if (!isOffline)
    return (
      <p class={styles["connection"]} data-state="connecting">
        <span class={styles["dot"]} aria-hidden="true" /> {since === undefined ? "Connecting…" : "Reconnecting…"}
      </p>
    );
  return (
    <p class={styles["connection"]} data-state="offline">
      <span class={styles["dot"]} aria-hidden="true" />
      <span>
        Offline{since !== undefined && ` since ${TIME.format(since)}`}
        <span class={styles["more"]}>: what you see may be old</span>
      </span>
    </p>
  );
}
