import type { Cursor } from "./cursor.ts";
import styles from "./select.module.css";

interface SelectProps {
  /** What is chosen: the title, or the group. */
  readonly label: string;
  readonly isSelected: boolean;
  /** Of a group: some. */
  readonly isPartly?: boolean;
  /** Nothing of it can be decided. */
  readonly isOff: boolean;
  readonly tabIndex: number;
  readonly line: string;
  readonly cursor: Cursor;
}

/** The box in front of a line, for decisions about several together. */
export function Select({ label, isSelected, isPartly = false, isOff, tabIndex, line, cursor }: SelectProps) {
  if (isOff) return <span class={styles["select"]} />;
  return (
    <label class={styles["select"]}>
      <input
        type="checkbox"
        aria-label={`Select ${label}`}
        checked={isSelected}
        indeterminate={isPartly}
        tabIndex={tabIndex}
        onClick={(event) => {
          if (event.shiftKey) cursor.extend(line);
          else cursor.toggle(line);
        }}
      />
    </label>
  );
}
