import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { failureText } from "../../look/failure-text.ts";
import { Notice } from "../../look/notice.tsx";
import { now } from "../../look/now.ts";
import { ACTS } from "./act.ts";
import type { Failed } from "./decider.ts";
import styles from "./panel.module.css";

/** What went wrong, where it was tried, and what to do about it. */
export function FailureNotice({ failed, children }: { readonly failed: Failed; readonly children?: ComponentChildren }) {
  const { announcer } = useApp();
  const { what, todo, notBefore, next, requestId } = failureText(failed.error, "signing", failed.at);
  const left = secondsLeft(notBefore);
  useEffect(() => announcer.say(`${ACTS[failed.act].undone}. ${what} ${todo}`), [failed]);
  return (
    <Notice tone={next === "again" ? "caution" : "danger"} title={what}>
      {todo !== "" && <p>{todo}</p>}
      {left > 0 && <p>Worth trying again in {left}s.</p>}
      {requestId !== undefined && next === "again" && <p class={styles["soft"]}>For whoever runs the server: {requestId}</p>}
      {children}
    </Notice>
  );
}

/** Why it can't be sent now: the server said how long to wait. */
export function whyWait(failed: Failed | undefined): string | undefined {
  const left = failed ? secondsLeft(failureText(failed.error, "signing", failed.at).notBefore) : 0;
  return left > 0 ? `The server asks to wait ${left}s.` : undefined;
}

function secondsLeft(notBefore: number | undefined): number {
  return notBefore === undefined ? 0 : Math.max(0, Math.ceil((notBefore - now.value) / 1_000));
}
