import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Ms within which what somebody went to is there, or they have gone on by themselves. */
const PATIENCE = 5_000;

/**
 * Whoever goes somewhere else in the page arrives there with the focus: on the heading of what they went to, once it is there.
 * Screen readers read it out. Whoever comes back to where they were arrives on what they left: it says `data-arrives`. Not where the page begins, and not if the focus went somewhere else meanwhile.
 * @param where changes with the place
 */
export function useArrival(main: RefObject<HTMLElement | null>, where: string): void {
  const last = useRef(where);
  useEffect(() => {
    const place = main.current;
    if (!place || last.current === where) return;
    last.current = where;
    const before = document.activeElement;
    const arrive = (): boolean => {
      if (document.activeElement !== before && document.activeElement !== document.body) return true;
      const [heading] = [...place.querySelectorAll<HTMLElement>("[data-arrives]"), ...place.querySelectorAll("h1")].filter((each) =>
        each.checkVisibility({ visibilityProperty: true }),
      );
      if (!heading) return false;
      if (heading.tagName === "H1") heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    if (arrive()) return;
    const observer = new MutationObserver(() => arrive() && observer.disconnect());
    observer.observe(place, { childList: true, subtree: true });
    const timer = setTimeout(() => observer.disconnect(), PATIENCE);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [where]);
}
