import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import styles from "./field.module.css";

/** What the control of a field is told, so that its label, help and error are told with it. */
export interface FieldControl {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

interface FieldProps {
  /** Where somebody is led to. Default: one of its own. */
  readonly id?: string | undefined;
  readonly label: ComponentChildren;
  /** Said before somebody enters something. */
  readonly help?: ComponentChildren;
  /** Said below it: what is asked of it, how it reads. */
  readonly hint?: ComponentChildren;
  /** What is wrong with it, and what to do about it. */
  readonly error?: ComponentChildren;
  /** Buttons beside the label. */
  readonly beside?: ComponentChildren;
  /** Several controls under one name. */
  readonly isGroup?: boolean;
  /** Its place says already what it is: the label is for whoever doesn't see the place. */
  readonly isLabelHidden?: boolean;
  readonly children: (control: FieldControl) => ComponentChildren;
}

/** A control with its label, what to know before entering something, and what is wrong with what was entered. */
export function Field({ id, label, help, hint, error, beside, isGroup = false, isLabelHidden = false, children }: FieldProps) {
  const made = useId();
  const own = id ?? made;
  const parts = { help: isThere(help), hint: isThere(hint), error: isThere(error) };
  const describedBy = Object.entries(parts).flatMap(([part, isShown]) => (isShown ? [`${own}-${part}`] : []));
  const control: FieldControl = {
    id: own,
    "aria-describedby": describedBy.length > 0 ? describedBy.join(" ") : undefined,
    "aria-invalid": parts.error ? true : undefined,
  };
  const name = isLabelHidden ? "visually-hidden" : styles["label"];
  const inside = (
    <>
      <div class={styles["head"]}>
        {isGroup ? (
          <span id={`${own}-label`} class={name}>
            {label}
          </span>
        ) : (
          <label for={own} class={name}>
            {label}
          </label>
        )}
        {beside}
      </div>
      {parts.help && (
        <p id={`${own}-help`} class={styles["help"]}>
          {help}
        </p>
      )}
      {children(control)}
      {parts.hint && (
        <div id={`${own}-hint`} class={styles["hint"]}>
          {hint}
        </div>
      )}
      {parts.error && (
        <p id={`${own}-error`} class={styles["error"]}>
          <svg class={styles["shape"]} viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 1.5 15 14.5H1ZM8 6v4M8 12v.1" />
          </svg>
          <span>{error}</span>
        </p>
      )}
    </>
  );
  return isGroup ? (
    <fieldset
      class={styles["field"]}
      id={own}
      tabIndex={-1}
      aria-labelledby={`${own}-label`}
      aria-describedby={control["aria-describedby"]}
      data-invalid={parts.error}
    >
      {inside}
    </fieldset>
  ) : (
    <div class={styles["field"]} data-invalid={parts.error}>
      {inside}
    </div>
  );
}

function isThere(children: ComponentChildren): boolean {
  return children !== undefined && children !== null && children !== false && children !== "";
}
