import { useComputed } from "@preact/signals";
import { calmSpan } from "../../look/away-text.ts";
import { Icon } from "../../look/icon.tsx";
import { now } from "../../look/now.ts";
import styles from "./time-left.module.css";

/** How long there is to decide. It ticks by itself. */
export function TimeLeft({ deadline, isSoon }: { readonly deadline: number; readonly isSoon: boolean }) {
  const text = useComputed(() => (now.value < deadline ? calmSpan(deadline - now.value) : "overdue"));
  const isOver = useComputed(() => now.value >= deadline);
  const look = isOver.value ? "over" : isSoon ? "soon" : "";
  return (
    <span class={`${styles["left"]} ${styles[look] ?? ""}`}>
      {look !== "" && <Icon name="clock" />}
      {text}
      {!isOver.value && <span class="visually-hidden"> left</span>}
      {look === "soon" && <span class="visually-hidden">, due soon</span>}
    </span>
  );
}
