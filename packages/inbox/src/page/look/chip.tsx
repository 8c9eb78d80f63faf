import type { ComponentChildren } from "preact";
import styles from "./chip.module.css";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "plain" | "good" | "caution" | "danger";

interface ChipProps {
  /** A word or two. */
  readonly children: ComponentChildren;
  readonly tone?: Tone;
  readonly icon?: IconName;
}

/** What is worth a look, in a word: `ran before`, `frozen`. */
export function Chip({ children, tone = "plain", icon }: ChipProps) {
  return (
    <span class={`${styles["chip"]} ${styles[tone]}`}>
      {icon && <Icon name={icon} />}
      <span data-value>{children}</span>
    </span>
  );
}

interface FilterChipProps {
  readonly label: string;
  /** Safe to draw: the page's own text, or `visible()` of another. */
  readonly value: string;
  /** The address without it. */
  readonly href: string;
}

/** A condition that holds, and the link that takes it away. */
export function FilterChip({ label, value, href }: FilterChipProps) {
  return (
    <a class={`${styles["chip"]} ${styles["filter"]}`} href={href} aria-label={`Remove the filter ${label}: ${value}`}>
      <span class={styles["label"]}>{label}</span>
      <span class={styles["value"]} data-value>
        {value}
      </span>
      <Icon name="close" />
    </a>
  );
}
