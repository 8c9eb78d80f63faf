import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { VisibleText } from "../../look/visible-text.tsx";
import styles from "./description.module.css";

/** A few words, such as a unit, are read at a glance. */
const SHORT = 60;

/** What the tool's schema says of a value: short ones at once, others on demand. */
export function Description({ text }: { readonly text: string }) {
  const isOpen = useSignal(text.length <= SHORT);
  const id = useId();
  return (
    <>
      {text.length > SHORT && (
        <button
          type="button"
          class={styles["ask"]}
          aria-expanded={isOpen.value}
          aria-controls={id}
          aria-label="What it is"
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          ?
        </button>
      )}
      <span id={id} class={styles["text"]} hidden={!isOpen.value}>
        {isOpen.value && <VisibleText text={text} />}
      </span>
    </>
  );
}
