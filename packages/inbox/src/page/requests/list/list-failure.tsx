import { Time } from "../../look/moment.tsx";
import { NotRead } from "../../look/not-read.tsx";
import styles from "./list-failure.module.css";
import type { List } from "./list.ts";

/** The list couldn't be read. What was read before stays. */
export function ListFailure({ list }: { readonly list: List }) {
  const failure = list.failure.value;
  if (failure === undefined) return null;
  const readAt = list.readAt.value;
  return (
    <div class={styles["failure"]}>
      <NotRead what="The list" error={failure} onRetry={list.readAnew}>
        {readAt !== undefined && (
          <p>
            You see it as it was <Time at={readAt} />.
          </p>
        )}
      </NotRead>
    </div>
  );
}
