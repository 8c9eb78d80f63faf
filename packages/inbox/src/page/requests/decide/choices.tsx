import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import styles from "./panel.module.css";

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: ComponentChildren }[];
  readonly chosen: T | undefined;
  readonly onChoose: (value: T) => void;
  /** Beside each other: for a word or two each. */
  readonly isInline?: boolean;
}

/** One of a few. */
export function Choices<T extends string>({ label, choices, chosen, onChoose, isInline = false }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset class={styles["choices"]} data-inline={isInline}>
      <legend class={styles["label"]}>{label}</legend>
      {choices.map(({ value, label: words }) => (
        <label key={value} class={styles["choice"]}>
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}
