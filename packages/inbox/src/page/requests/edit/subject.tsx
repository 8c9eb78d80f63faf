import type { Review } from "@countersign/server/client";
import { VisibleText } from "../../look/visible-text.tsx";
import styles from "./edit.module.css";

/** What the form is about, and what speaks against it: it stands in the way of the review. */
export function Subject({ review: { title, warnings } }: { readonly review: Review }) {
  const grave = warnings.filter(({ severity }) => severity !== "note");
  return (
    <div class={styles["subject"]}>
      <p class={styles["title"]}>
        <VisibleText text={title} />
      </p>
      <WarningList warnings={grave} />
    </div>
  );
}

const WORDS = { danger: "Danger", caution: "Caution", note: "Note" } as const;

interface WarningListProps {
  readonly warnings: Review["warnings"];
  /** Those that were there before. Absent: none of them is new. */
  readonly before?: Review["warnings"];
}

export function WarningList({ warnings, before = warnings }: WarningListProps) {
  if (warnings.length === 0) return null;
  return (
    <ul class={styles["warnings"]}>
      {warnings.map(({ severity, text }, index) => (
        <li key={index} data-severity={severity}>
          {!before.some((each) => each.text === text) && <span class={styles["new"]}>New</span>} <strong>{WORDS[severity]}:</strong>{" "}
          <VisibleText text={text} />
        </li>
      ))}
    </ul>
  );
}
