import { scrollerOf } from "./scroller-of.ts";

/** What was on the screen. */
export interface Anchor {
  /** The lines, and how far from its top. */
  readonly lines: readonly { readonly key: string; readonly top: number }[];
  readonly hadFocus: boolean;
}

/** Px: whoever is at the top stays at the top, and sees what comes there. */
const AT_TOP = 8;

/** What to hold still while the lines are drawn anew: the one with the focus first, then those on the screen. Undefined: the top. */
export function anchorOf(lines: HTMLElement): Anchor | undefined {
  const scroller = scrollerOf(lines);
  if (!scroller) return undefined;
  const { top, bottom } = scroller.getBoundingClientRect();
  const focused = lines.contains(document.activeElement) ? document.activeElement?.closest("[role=listitem]") : undefined;
  if (!focused && scroller.scrollTop <= AT_TOP) return undefined;
  const shown = [...lines.querySelectorAll<HTMLElement>("[data-line]")].flatMap((line) => {
    const box = line.getBoundingClientRect();
    return box.bottom > top && box.top < bottom
      ? [{ key: line.dataset["line"] ?? "", top: box.top, isFirst: focused?.contains(line) === true }]
      : [];
  });
  return { lines: shown.toSorted((a, b) => Number(b.isFirst) - Number(a.isFirst)), hadFocus: focused !== null && focused !== undefined };
}

/** Scrolls so that the first of them that is still there is where it was. Answers its key. */
export function holdAnchor(lines: HTMLElement, anchor: Anchor): string | undefined {
  const scroller = scrollerOf(lines);
  for (const { key, top } of anchor.lines) {
    const line = lines.querySelector(`[data-line="${CSS.escape(key)}"]`);
    if (!line || !scroller) continue;
    scroller.scrollTop += line.getBoundingClientRect().top - top;
    return key;
  }
  return undefined;
}
