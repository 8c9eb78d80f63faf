import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import type { Cursor } from "./cursor.ts";
import type { List } from "./list.ts";
import styles from "./list-title.module.css";
import { showNew } from "./show-new.ts";
import { headline } from "./words.ts";

/** Ms: whoever listens to the page hears of what comes no more often. */
const QUIET = 30_000;

/** How many there are, and what has come since. */
export function ListTitle({ list, cursor }: { readonly list: List; readonly cursor: Cursor }) {
  const { announcer, route } = useApp();
  const { count, isMore } = list.fresh.value;
  const gone = list.gone.value;
  const isRead = list.readAt.value !== undefined;
  const text = headline(list.filters.value, isRead ? list.count.value : undefined);
  const said = useRef(0);
  useEffect(() => {
    if (count === 0 || Date.now() - said.current < QUIET) return;
    said.current = Date.now();
    announcer.say(`${count} new ${count === 1 ? "request" : "requests"}`);
  }, [count]);

  const Heading = route.place.value.id === undefined ? "h1" : "h2";
  const busy = list.reading.value === "anew" ? "Reading…" : undefined;
  const element = useRef<HTMLDivElement>(null);
  async function show(): Promise<void> {
    const hadFocus = element.current?.contains(document.activeElement) === true;
    await showNew(list, announcer);
    // The button that was pressed is gone.
    if (hadFocus) cursor.comeBack();
  }
  const fresh = `${count}${isMore ? "+" : ""} new`;
  return (
    <div ref={element} class={styles["title"]}>
      <Heading class={styles["headline"]}>{text}</Heading>
      {count > 0 ? (
        <Button look="main" shortcut="n" busy={busy} aria-label={`Show ${fresh}`} onPress={() => void show()}>
          {fresh}
        </Button>
      ) : (
        gone > 0 && (
          <Button look="quiet" busy={busy} onPress={() => void show()}>
            {`Clear ${gone} decided`}
          </Button>
        )
      )}
    </div>
  );
}
