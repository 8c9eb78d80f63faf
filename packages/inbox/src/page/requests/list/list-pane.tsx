import { useEffect, useMemo, useRef } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { useShortcuts, type Shortcuts } from "../../keys/keys.ts";
import { Button } from "../../look/button.tsx";
import type { Desk } from "../desk.ts";
import { createCursor } from "./cursor.ts";
import { EmptyList } from "./empty-list.tsx";
import { LineList } from "./line-list.tsx";
import { ListFailure } from "./list-failure.tsx";
import { ListHead } from "./list-head.tsx";
import { ListTitle } from "./list-title.tsx";
import styles from "./list-pane.module.css";
import { scrollerOf } from "./scroller-of.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { showNew } from "./show-new.ts";
import { Skeleton } from "./skeleton.tsx";

/** What waits for somebody, with all that it takes to find the one to open. */
export function ListPane({ desk }: { readonly desk: Desk }) {
  const { announcer, route } = useApp();
  const { list } = desk;
  const cursor = useMemo(() => createCursor(list), [list]);
  const field = useRef<HTMLInputElement>(null);
  const rows = list.rows.value;
  const { id } = route.place.value;
  // What is opened from elsewhere, such as after a decision, is where the keyboard goes on.
  useEffect(() => {
    if (id !== undefined) cursor.stand(id);
  }, [id]);

  const current = (run: (key: string) => void) => () => {
    const key = cursor.current.peek();
    if (key !== undefined) run(key);
  };
  const isEmptyHanded = list.selected.value.size === 0;
  const shortcuts: Shortcuts = {
    j: { label: "Next request", repeats: true, run: () => cursor.move(1) },
    k: { label: "Previous request", repeats: true, run: () => cursor.move(-1) },
    x: { label: "Select", run: current(cursor.toggle) },
    "Shift+x": { label: "Select all from the last selected one", run: current(cursor.extend) },
    "/": {
      label: "Search",
      run: () => {
        cursor.letGo();
        field.current?.select();
      },
    },
    ...(list.fresh.value.count > 0 && { n: { label: "Show new requests", run: () => void showNew(list, announcer) } }),
    ...(!isEmptyHanded && { Escape: { label: "Clear the selection", run: list.clearSelection } }),
    ...(isEmptyHanded &&
      id !== undefined && {
        Escape: {
          label: "Back to the list",
          run: () => desk.open(undefined),
        },
      }),
  };
  useShortcuts(shortcuts, { name: "The list" });

  const isRead = list.readAt.value !== undefined;
  return (
    <div class={styles["pane"]} data-scrolls>
      <ListTitle list={list} cursor={cursor} />
      <ListHead list={list} cursor={cursor} field={field} />
      <div class={styles["scroller"]} data-scrolls>
        <ListFailure list={list} />
        {rows.length > 0 && <LineList list={list} cursor={cursor} />}
        {rows.length === 0 && (isRead ? <EmptyList list={list} /> : list.failure.value === undefined && <Skeleton />)}
        {list.unreadable.value > 0 && (
          <p class={styles["note"]}>{list.unreadable.value} more can't be read: their records are damaged, or of another version.</p>
        )}
        {list.hasMore.value && <More list={list} />}
      </div>
      <SelectionBar desk={desk} cursor={cursor} />
    </div>
  );
}

/** Px: so far ahead of whoever scrolls it is read. */
const AHEAD = 400;

/** Reads on when somebody gets there: nothing above it moves. */
function More({ list }: Pick<Desk, "list">) {
  const element = useRef<HTMLDivElement>(null);
  const reading = list.reading.value;
  const loaded = list.rows.value.length;
  useEffect(() => {
    const place = element.current;
    const scroller = place && scrollerOf(place);
    if (!scroller || reading !== "no" || list.failure.peek() !== undefined) return undefined;
    const look = (): void => {
      if (place.getBoundingClientRect().top < scroller.getBoundingClientRect().bottom + AHEAD) void list.readMore();
    };
    look();
    // Of a scroll that ends by itself an IntersectionObserver may miss the end.
    scroller.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(scroller);
    return () => {
      scroller.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [loaded, reading]);
  return (
    <div ref={element} class={styles["more"]}>
      <Button busy={reading === "more" ? "Reading…" : undefined} onPress={() => void list.readMore()}>
        Show more
      </Button>
    </div>
  );
}
