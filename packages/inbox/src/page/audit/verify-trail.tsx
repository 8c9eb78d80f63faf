import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Verification } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { failureText } from "../look/failure-text.ts";
import { Time } from "../look/moment.tsx";
import { Notice } from "../look/notice.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import styles from "./audit-page.module.css";

/** Ms between two looks at a check that takes long. The server holds each of them for a while. */
const PAUSE = 1_000;

/** Is every record what its chain says? */
export function VerifyTrail() {
  const { announcer, client, session } = useApp();
  const result = useSignal<Verification | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const isChecking = useSignal(false);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  async function verify(): Promise<void> {
    if (isChecking.value) return;
    const { signal } = leaving.current;
    isChecking.value = true;
    failure.value = undefined;
    result.value = undefined;
    try {
      for (;;) {
        const found = await client.verifyAudit({ signal });
        result.value = found;
        if (found.status !== "running") break;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        signal.throwIfAborted();
      }
      announcer.say(result.value?.status === "whole" ? "The trail is whole." : "The trail is broken.");
    } catch (error) {
      if (signal.aborted) return;
      session.heed(error);
      failure.value = error;
    } finally {
      isChecking.value = false;
    }
  }

  return (
    <section class={styles["verify"]} aria-label="Verification">
      <div class={styles["check"]}>
        <Button busy={isChecking.value ? "Checking…" : undefined} onPress={() => void verify()}>
          Check the trail
        </Button>
        <span class={styles["soft"]}>
          {result.value?.status === "running" ? (
            <>
              Begun <Time at={result.value.since} />. A large trail takes a while, and you can leave this page meanwhile.
            </>
          ) : (
            "Holds every record against its chain of events."
          )}
        </span>
      </div>
      {failure.value !== undefined && <Failed error={failure.value} />}
      {result.value && result.value.status !== "running" && <Result result={result.value} />}
    </section>
  );
}

function Failed({ error }: { readonly error: unknown }) {
  const { what, todo } = failureText(error);
  return (
    <Notice tone="danger" title="The trail wasn't checked">
      <p>
        {what} {todo}
      </p>
    </Notice>
  );
}

function Result({ result }: { readonly result: Exclude<Verification, { readonly status: "running" }> }) {
  if (result.status === "broken") {
    const { field, flaw, seq, subject } = result;
    return (
      <Notice tone="danger" title="The trail is broken">
        <p>
          In the chain of <VisibleText text={visible(subject)} />, event {seq}: <VisibleText text={visible(flaw)} />
          {field !== undefined && (
            <>
              {" "}
              (field <VisibleText text={visible(field)} />)
            </>
          )}
          .
        </p>
        <p>Keep the store as it is, and compare it with a backup or an earlier export.</p>
      </Notice>
    );
  }
  const { events, since, subjects, unreadable = [] } = result;
  const counted = `${events.toLocaleString("en-US")} events in ${subjects.toLocaleString("en-US")} chains fit their records.`;
  return (
    <>
      <Notice tone="good" title="The trail is whole">
        <p>
          {counted} Checked <Time at={since} />.
        </p>
      </Notice>
      {unreadable.length > 0 && (
        <Notice
          tone="caution"
          title={`${unreadable.length} can't be read, so nobody knows about ${unreadable.length === 1 ? "it" : "them"}`}
        >
          <ul>
            {unreadable.map(({ id, reason }) => (
              <li key={id}>
                <VisibleText text={`${visible(id)}: ${visible(reason)}`} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
