import type { ComponentChildren } from "preact";
import styles from "./page-frame.module.css";

const HEADING = "page-heading";

interface PageFrameProps {
  readonly title: string;
  /** What the page is for, in a sentence or two. */
  readonly about: ComponentChildren;
  /** What can be done beside the list. */
  readonly action?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A page beside the requests: its heading, what it is for, and what it shows. */
export function PageFrame({ title, about, action, children }: PageFrameProps) {
  return (
    <div class={styles["frame"]}>
      <header class={styles["top"]}>
        <div class={styles["words"]}>
          <h1 id={HEADING} tabIndex={-1}>
            {title}
          </h1>
          <p class={styles["about"]}>{about}</p>
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** Where the focus goes if what had it is gone: the keyboard must not be left nowhere. */
export function catchFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body || document.activeElement === null) document.getElementById(HEADING)?.focus();
  });
}
