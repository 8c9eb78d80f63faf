import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import styles from "./notice.module.css";

interface NoticeProps {
  /** `danger`: it may be wrong to go on. `caution`: look twice. `good`: it is done. `note`: good to know. */
  readonly tone: "danger" | "caution" | "good" | "note";
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** Each tone has a shape of its own: nobody has to tell them by their colour. */
const SHAPES = { danger: "stop", caution: "warning", good: "check", note: "info" } as const satisfies Record<string, IconName>;
const WORDS = { danger: "Danger", caution: "Caution", good: "Done", note: "Note" } as const;

/** Something to know before going on, in place. What is said because of an event is said by the announcer as well. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div class={`${styles["notice"]} ${styles[tone]}`}>
      <Icon name={SHAPES[tone]} />
      <div class={styles["body"]}>
        <p class={styles["title"]}>
          <span class="visually-hidden">{WORDS[tone]}: </span>
          {title}
        </p>
        {children}
      </div>
    </div>
  );
}
