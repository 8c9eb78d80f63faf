import type { ComponentChildren } from "preact";
import type { Paged } from "../reading/paged.ts";
import { Button } from "./button.tsx";
import { failureText } from "./failure-text.ts";
import { Notice } from "./notice.tsx";
import styles from "./table.module.css";

interface ListingProps<T> {
  readonly of: Pick<Paged<T, { readonly items: readonly T[] }>, "items" | "hasMore" | "isReading" | "failure" | "refresh" | "more">;
  /** What is said if there is nothing. */
  readonly none: ComponentChildren;
  readonly children: (items: readonly T[]) => ComponentChildren;
}

/** A list with its states: it is being read, it can't be read, there is nothing, there is more. */
export function Listing<T>({ of: { items, hasMore, isReading, failure, refresh, more }, none, children }: ListingProps<T>) {
  const all = items.value;
  const busy = isReading.value ? "Reading…" : undefined;
  return (
    <>
      {failure.value !== undefined && (
        <Failed
          error={failure.value}
          wasShown={all !== undefined}
          busy={busy}
          retry={() => void (all && hasMore.value ? more() : refresh())}
        />
      )}
      {all === undefined && failure.value === undefined && (
        <p class={styles["none"]} role="status">
          Reading…
        </p>
      )}
      {all && (all.length === 0 && !hasMore.value ? <p class={styles["none"]}>{none}</p> : children(all))}
      {all && hasMore.value && failure.value === undefined && (
        <div class={styles["more"]}>
          <Button busy={busy} onPress={() => void more()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

interface FailedProps {
  readonly error: unknown;
  readonly wasShown: boolean;
  readonly busy: string | undefined;
  readonly retry: () => void;
}

function Failed({ error, wasShown, busy, retry }: FailedProps) {
  const { what, todo, next } = failureText(error);
  return (
    <Notice tone="danger" title={wasShown ? "This may be out of date" : "This can't be read now"}>
      <p>
        {what} {todo}
      </p>
      {next !== "nothing" && (
        <Button busy={busy} onPress={retry}>
          Try again
        </Button>
      )}
    </Notice>
  );
}
