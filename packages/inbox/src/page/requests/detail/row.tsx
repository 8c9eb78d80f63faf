import type { ComponentChildren } from "preact";
import styles from "./row.module.css";

/** A name and what it stands for, of a `dl`. */
export function Row({ label, children }: { readonly label: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <div class={styles["row"]}>
      <dt class={styles["label"]}>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Rows({ children }: { readonly children: ComponentChildren }) {
  return <dl class={styles["rows"]}>{children}</dl>;
}
