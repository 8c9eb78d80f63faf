import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import styles from "./section.module.css";

interface SectionProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** It has just come, because somebody asked for it: they are led there. */
  readonly isFocused?: boolean;
  /** Good to know, and rarely what a decision turns on. */
  readonly isQuiet?: boolean;
}

/** A part of the review, under a heading of its own. */
export function Section({ title, children, isFocused = false, isQuiet = false }: SectionProps) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isFocused) heading.current?.focus();
  }, [isFocused]);
  return (
    <section class={`${styles["section"]} ${isQuiet ? styles["quiet"] : ""}`} aria-labelledby={id}>
      <h2 class={styles["title"]} id={id} ref={heading} tabIndex={isFocused ? -1 : undefined}>
        {title}
      </h2>
      {children}
    </section>
  );
}
