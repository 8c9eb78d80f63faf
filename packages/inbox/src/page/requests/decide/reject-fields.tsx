import { useId } from "preact/hooks";
import { Choices } from "./choices.tsx";
import { isCoarse } from "./coarse.ts";
import styles from "./panel.module.css";
import { REASONS, withReason } from "./reject-reasons.ts";

const THEN = [
  { value: "continue", label: "It goes on without this call" },
  { value: "revise", label: "It may try again with other arguments" },
  { value: "stop", label: "Its run stops" },
] as const;

/** Why not, and what comes then. */
export interface Rejecting {
  readonly message: string;
  readonly then: (typeof THEN)[number]["value"];
}

/** What is said with a rejection. The first choice is what the server does if nothing else is said. */
export function RejectFields({ message, then, onChange }: Rejecting & { readonly onChange: (changes: Partial<Rejecting>) => void }) {
  const id = useId();
  return (
    <>
      <div class={styles["field"]}>
        <label for={id} class={styles["label"]}>
          Why? <span class={styles["soft"]}>The model reads this.</span>
        </label>
        <textarea
          id={id}
          class={styles["text"]}
          value={message}
          rows={2}
          // On a phone, the keyboard would cover the reasons below.
          {...(!isCoarse.value && { "data-first": "" })}
          onInput={({ currentTarget }) => onChange({ message: currentTarget.value })}
        />
      </div>
      <div class={styles["row"]} role="group" aria-label="Reasons">
        {REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            class={styles["preset"]}
            aria-pressed={message === reason || message.startsWith(`${reason}. `)}
            onClick={() => onChange({ message: withReason(message, reason) })}
          >
            {reason}
          </button>
        ))}
      </div>
      <Choices label="What does the agent do next?" chosen={then} choices={THEN} onChoose={(chosen) => onChange({ then: chosen })} />
    </>
  );
}
