import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import styles from "./fold.module.css";

interface FoldProps {
  readonly title: ComponentChildren;
  /** Drawn when it is opened. */
  readonly children: () => ComponentChildren;
  readonly isOpen?: boolean;
}

/** What few need, one press away. */
export function Fold({ title, children, isOpen = false }: FoldProps) {
  const open = useSignal(isOpen);
  return (
    <details
      open={open.value}
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary class={styles["title"]}>{title}</summary>
      {open.value && <div class={styles["contents"]}>{children()}</div>}
    </details>
  );
}
