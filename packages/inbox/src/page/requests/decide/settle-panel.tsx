import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Notice } from "../../look/notice.tsx";
import { Choices } from "./choices.tsx";
import { Foot } from "./foot.tsx";
import { Panel } from "./panel.tsx";
import styles from "./panel.module.css";
import type { Part } from "./part.ts";
import { resultOf, settlementOf, type Happened } from "./settlement-of.ts";
import { State } from "./state.tsx";
import { whyNotNow } from "./why-not.ts";

const HAPPENED = [
  { value: "executed", label: "It happened. The model gets its result" },
  { value: "failed", label: "It didn't happen. The model is told so" },
  { value: "retry", label: "It didn't happen. Run it again" },
] as const;

/** It was started, and nobody knows whether it happened: somebody has looked, and says what they found. */
export function SettlePanel(part: Part) {
  const { opened, answer: { review, may }, deciding, onClose } = part; // prettier-ignore
  const { announcer, client } = useApp();
  const id = useId();
  const happened = useSignal<Happened | undefined>(undefined);
  const hasLooked = useSignal(false);
  const { outcome = "" } = deciding.draft.value.value;
  const settlement = settlementOf(happened.value, outcome);
  const whyNot =
    whyNotNow(deciding, may.settle) ??
    (happened.value === undefined ? "Say what happened first." : undefined) ??
    (settlement === undefined ? "Write what the model is to be told first." : undefined) ??
    (hasLooked.value ? undefined : "Look into the outside system first.");

  function send(): void {
    if (whyNot !== undefined || settlement === undefined) return announcer.say(whyNot ?? "");
    void deciding.run("settle", { title: review.title, refresh: opened.refresh }, () => client.settle(review.id, settlement));
  }

  return (
    <Panel
      title={
        <>
          What happened: <span data-value>{review.title}</span>?
        </>
      }
      onSign={send}
      onClose={onClose}
    >
      <State {...part} permission={may.settle} />
      <Notice tone="caution" title="Look before you say it">
        <p>It was started and never reported back. Only the system that {review.tool} works on knows whether it happened.</p>
      </Notice>
      <Choices
        label="What does the outside system say?"
        chosen={happened.value}
        choices={HAPPENED}
        onChoose={(chosen) => (happened.value = chosen)}
      />
      {(happened.value === "executed" || happened.value === "failed") && (
        <div class={styles["field"]}>
          <label for={id} class={styles["label"]}>
            {happened.value === "executed" ? "The result" : "Why it didn't happen"}{" "}
            <span class={styles["soft"]}>The model reads this.</span>
          </label>
          <textarea
            id={id}
            class={styles["text"]}
            rows={2}
            value={outcome}
            onInput={({ currentTarget }) => deciding.draft.set({ outcome: currentTarget.value })}
          />
          {happened.value === "executed" && outcome.trim() !== "" && (
            <span class={styles["soft"]}>Recorded as {resultOf(outcome).isJson ? "JSON" : "text"}.</span>
          )}
        </div>
      )}
      {happened.value === "retry" && <p class={styles["wrong"]}>If it did happen after all, it will have happened twice.</p>}
      <label class={styles["choice"]}>
        <input type="checkbox" checked={hasLooked.value} onChange={({ currentTarget }) => (hasLooked.value = currentTarget.checked)} />
        <span>I have looked into the outside system</span>
      </label>
      <Foot deciding={deciding} look="main" whyNot={whyNot} onSign={send} onClose={onClose}>
        Record it
      </Foot>
    </Panel>
  );
}
