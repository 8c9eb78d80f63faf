import type { Review } from "@countersign/server/client";
import { Icon } from "./icon.tsx";
import styles from "./risk.module.css";

/** How much there is at stake, by shape and word. */
export function Risk({ level }: { readonly level: NonNullable<Review["risk"]> }) {
  return (
    <span class={`${styles["risk"]} ${styles[level]}`}>
      <Icon name={`risk-${level}`} />
      {level} risk
    </span>
  );
}
