import { useId } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Foot } from "./foot.tsx";
import { Panel } from "./panel.tsx";
import styles from "./panel.module.css";
import type { Part } from "./part.ts";
import { State } from "./state.tsx";
import { whyNotNow } from "./why-not.ts";

/** Whoever asked takes it back, or an operator does. */
export function CancelPanel(part: Part) {
  const { opened, answer: { review, may }, deciding, onClose } = part; // prettier-ignore
  const { announcer, client } = useApp();
  const id = useId();
  const { reason = "" } = deciding.draft.value.value;
  const whyNot = whyNotNow(deciding, may.cancel) ?? (reason.trim() === "" ? "Say why first." : undefined);

  function send(): void {
    if (whyNot !== undefined) return announcer.say(whyNot);
    void deciding.run("cancel", { title: review.title, refresh: opened.refresh }, () => client.cancel(review.id, { reason }));
  }

  return (
    <Panel
      title={
        <>
          Withdraw: <span data-value>{review.title}</span>?
        </>
      }
      onSign={send}
      onClose={onClose}
    >
      <State {...part} permission={may.cancel} />
      <p>It does not run, and nobody has to decide it any more. The agent is told.</p>
      <div class={styles["field"]}>
        <label for={id} class={styles["label"]}>
          Why?
        </label>
        <textarea
          id={id}
          class={styles["text"]}
          rows={2}
          value={reason}
          data-first=""
          onInput={({ currentTarget }) => deciding.draft.set({ reason: currentTarget.value })}
        />
      </div>
      <Foot deciding={deciding} look="danger" whyNot={whyNot} onSign={send} onClose={onClose}>
        Withdraw
      </Foot>
    </Panel>
  );
}
