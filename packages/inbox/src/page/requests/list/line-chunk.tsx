import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Cursor } from "./cursor.ts";
import { GroupLine } from "./group-line.tsx";
import type { Line } from "./lines.ts";
import type { List } from "./list.ts";
import { RowLine } from "./row-line.tsx";
import { scrollerOf } from "./scroller-of.ts";

/** Px, before it was drawn once. */
const USUAL_HEIGHT = 68;

interface LineChunkProps {
  readonly list: List;
  readonly cursor: Cursor;
  readonly lines: readonly Line[];
  readonly isFirst: boolean;
  /** Is it drawn before it is known where it is? */
  readonly isDrawnFirst: boolean;
}

/** Some lines, drawn while they are near the screen. Far away from it, they are a gap of their height. */
export function LineChunk({ list, cursor, lines, isFirst, isDrawnFirst }: LineChunkProps) {
  const element = useRef<HTMLDivElement>(null);
  const isNear = useSignal(isDrawnFirst);
  const height = useRef<number | undefined>(undefined);
  const keys = lines.map(({ key }) => key);
  const hasCursor = useComputed(() => cursor.current.value !== undefined && keys.includes(cursor.current.value));
  const isDrawn = isNear.value || hasCursor.value;

  useEffect(() => {
    const place = element.current;
    if (!place) return undefined;
    const scroller = scrollerOf(place);
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting && isNear.peek()) height.current = entry.boundingClientRect.height;
        isNear.value = entry.isIntersecting;
      },
      { root: scroller, rootMargin: "100% 0px" },
    );
    // It may miss the end of a scroll that goes on by itself.
    const lookAgain = (): void => {
      observer.unobserve(place);
      observer.observe(place);
    };
    observer.observe(place);
    scroller?.addEventListener("scrollend", lookAgain);
    return () => {
      observer.disconnect();
      scroller?.removeEventListener("scrollend", lookAgain);
    };
  }, []);

  const ids = lines.flatMap((line) => (line.kind === "row" ? [line.row.id] : []));
  useEffect(() => {
    if (!isNear.value) return undefined;
    for (const id of ids) list.near.add(id);
    return () => {
      for (const id of ids) list.near.delete(id);
    };
  }, [isNear.value, ids.join(" ")]);

  return (
    <div ref={element} role="presentation">
      {isDrawn ? (
        lines.map((line, index) =>
          line.kind === "row" ? (
            <RowLine
              key={line.key}
              list={list}
              cursor={cursor}
              row={line.row}
              isInGroup={line.isInGroup}
              isFirst={isFirst && index === 0}
            />
          ) : (
            <GroupLine key={line.key} list={list} cursor={cursor} line={line} isFirst={isFirst && index === 0} />
          ),
        )
      ) : (
        <div style={{ height: `${height.current ?? lines.length * USUAL_HEIGHT}px` }} />
      )}
    </div>
  );
}
