import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { anchorOf, holdAnchor, type Anchor } from "./anchor.ts";
import type { Cursor } from "./cursor.ts";
import { LineChunk } from "./line-chunk.tsx";
import styles from "./lines.module.css";
import type { Line } from "./lines.ts";
import type { List } from "./list.ts";
import { scrollerOf } from "./scroller-of.ts";

const CHUNK = 25;

/** The lines of the list. Only those near the screen are drawn, so that there may be very many. */
export function LineList({ list, cursor }: { readonly list: List; readonly cursor: Cursor }) {
  const element = useRef<HTMLDivElement>(null);
  const lines = cursor.lines.value;
  const chunks = useRef<readonly { readonly lines: readonly Line[]; readonly node: VNode }[]>([]);
  const readAt = list.readAt.value;
  const drawnAt = useRef(readAt);
  const anchor = useRef<Anchor | undefined>(undefined);
  // What is on the screen now is what was there before the list was read anew.
  if (drawnAt.current !== readAt) anchor.current = element.current ? anchorOf(element.current) : undefined;
  drawnAt.current = readAt;

  useLayoutEffect(() => {
    if (element.current && anchor.current) {
      const key = holdAnchor(element.current, anchor.current);
      // The one that had the focus has gone.
      if (key !== undefined && anchor.current.hadFocus && !element.current.contains(document.activeElement)) cursor.focus(key);
    }
    anchor.current = undefined;
  }, [readAt]);
  // Another list begins at its beginning.
  useLayoutEffect(() => {
    const scroller = element.current && scrollerOf(element.current);
    if (readAt === undefined && scroller) scroller.scrollTop = 0;
  }, [readAt]);

  const wanted = cursor.wanted.value;
  useEffect(() => {
    // Whoever types fast is further on by now.
    if (!wanted || !element.current || wanted !== cursor.wanted.peek()) return;
    const line = element.current.querySelector<HTMLElement>(`[data-line="${CSS.escape(wanted.key)}"]`);
    line?.focus({ preventScroll: true });
    line?.scrollIntoView({ block: "nearest" });
  }, [wanted]);

  chunks.current = Array.from({ length: Math.ceil(lines.length / CHUNK) }, (_, index) => {
    const own = lines.slice(index * CHUNK, (index + 1) * CHUNK);
    const before = chunks.current[index];
    if (before && isSame(before.lines, own)) return before;
    const isDrawnFirst = index === 0;
    const node = <LineChunk key={index} list={list} cursor={cursor} lines={own} isFirst={index === 0} isDrawnFirst={isDrawnFirst} />;
    return { lines: own, node };
  });
  return (
    <div
      ref={element}
      class={styles["lines"]}
      role="list"
      aria-label="Requests"
      aria-busy={list.reading.value === "other"}
      onFocusIn={({ target }) => {
        const key =
          target instanceof Element
            ? target.closest("[role=listitem]")?.querySelector("[data-line]")?.getAttribute("data-line")
            : undefined;
        if (key) cursor.stand(key);
      }}
      onKeyDown={(event) => moveByKey(event, cursor)}
    >
      {chunks.current.map(({ node }) => node)}
    </div>
  );
}

function moveByKey(event: KeyboardEvent, cursor: Cursor): void {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const by = steps[event.key];
  if (by === undefined) return;
  event.preventDefault();
  cursor.move(by);
}

/** What a line stands for, whoever made it: rows are the same as long as nothing about them has changed. */
function isSame(a: readonly Line[], b: readonly Line[]): boolean {
  return a.length === b.length && a.every((line, index) => isSameLine(line, b[index]));
}

function isSameLine(a: Line, b: Line | undefined): boolean {
  return a.kind === "row" && b?.kind === "row" && a.row === b.row && a.isInGroup === b.isInGroup;
}
