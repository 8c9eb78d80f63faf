import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { isApiError, type Review } from "@countersign/server/client";
import type { Failed } from "./decider.ts";
import styles from "./panel.module.css";

interface ConfirmFieldsProps {
  readonly confirm: Review["confirm"];
  /** By path, as they were typed. */
  readonly typed: Signal<Readonly<Record<string, string>>>;
  readonly failed: Failed | undefined;
}

/** What the terms want typed, to prove that it was read. The server compares it. */
export function ConfirmFields({ confirm, typed, failed }: ConfirmFieldsProps) {
  const id = useId();
  const wrong = failed && isApiError(failed.error, "NOT_CONFIRMED") ? failed.error.details.paths : [];
  return (
    <>
      {confirm.map(({ path, label }, index) => (
        <div key={path} class={styles["field"]}>
          <label for={`${id}${index}`} class={styles["label"]}>
            Type the {label}
          </label>
          <input
            id={`${id}${index}`}
            class={`${styles["text"]} ${styles["short"]}`}
            value={typed.value[path] ?? ""}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={`${id}${index}help`}
            aria-invalid={wrong.includes(path)}
            {...(index === 0 && { "data-first": "" })}
            onInput={({ currentTarget }) => (typed.value = { ...typed.value, [path]: currentTarget.value })}
          />
          <span id={`${id}${index}help`} class={wrong.includes(path) ? styles["wrong"] : styles["soft"]}>
            {wrong.includes(path)
              ? "This isn't what stands in the arguments. Type it exactly as it stands there."
              : "Exactly as it stands in the arguments: 1500, not 1,500."}
          </span>
        </div>
      ))}
    </>
  );
}

/** As the server takes it: the value alone where there is one path. */
export function confirmationOf(
  confirm: Review["confirm"],
  typed: Readonly<Record<string, string>>,
): string | Readonly<Record<string, string>> | undefined {
  const [only] = confirm;
  if (!only) return undefined;
  return confirm.length === 1 ? (typed[only.path] ?? "") : Object.fromEntries(confirm.map(({ path }) => [path, typed[path] ?? ""]));
}

/** What is left to type. */
export function untyped(confirm: Review["confirm"], typed: Readonly<Record<string, string>>): string | undefined {
  const left = confirm.filter(({ path }) => (typed[path] ?? "") === "").map(({ label }) => label);
  return left.length === 0 ? undefined : `Type the ${left.join(" and the ")} first.`;
}
