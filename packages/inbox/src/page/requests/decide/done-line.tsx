import { useApp } from "../../app-context.ts";
import { Icon } from "../../look/icon.tsx";
import type { Desk } from "../desk.ts";
import styles from "./done-line.module.css";

/** What became of the last thing that this person did. It stays until the next one, and takes nobody's focus. */
export function DoneLine({ desk, besides }: { readonly desk: Desk; readonly besides?: string }) {
  const { route } = useApp();
  const last = desk.decider.done.value.at(-1);
  if (!last || last.id === besides) return null;
  return (
    <p class={styles["line"]} data-done={last.isDone}>
      <Icon name={last.isDone ? "check" : "warning"} />
      <span>
        {last.text}:{" "}
        <a href={route.href({ page: "requests", id: last.id }, route.query.value)} data-value>
          {last.title}
        </a>
      </span>
    </p>
  );
}
