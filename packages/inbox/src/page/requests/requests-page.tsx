import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { areShortcutsOn } from "../keys/keys.ts";
import { Icon } from "../look/icon.tsx";
import { NothingWaits } from "./decide/nothing-waits.tsx";
import { Detail } from "./detail/detail.tsx";
import { createDesk } from "./desk.ts";
import { ListPane } from "./list/list-pane.tsx";
import styles from "./requests-page.module.css";

/** The list, and beside it what is open. On a phone one of them. */
export function RequestsPage() {
  const app = useApp();
  const desk = useMemo(() => createDesk(app), [app]);
  useEffect(() => desk.start(), [desk]);
  const { id } = app.route.place.value;
  const isAtEnd = id === undefined && desk.decider.isAtEnd.value;
  return (
    <div class={styles["page"]} data-open={id !== undefined} data-end={isAtEnd}>
      <section class={styles["list"]} aria-label="Requests">
        <ListPane desk={desk} />
      </section>
      <section class={styles["detail"]} aria-label="Request">
        {id !== undefined && <Detail key={id} desk={desk} id={id} />}
        {isAtEnd && <NothingWaits desk={desk} />}
        {id === undefined && !isAtEnd && (
          <div class={styles["nothing"]}>
            <Icon name="signature" />
            <p>Choose a request to read it here.</p>
            {areShortcutsOn.value && (
              <p>
                <kbd>j</kbd> <kbd>k</kbd> walk through the list, <kbd>Enter</kbd> opens, <kbd>?</kbd> shows all keys.
              </p>
            )}
          </div>
        )}
      </section>
    </div>
  );
}
