import { useEffect, useRef } from "preact/hooks";
import type { LiveEvent } from "@countersign/server/client";
import { useApp } from "../app-context.ts";

/** Ms: however much happens, a page is read no more often. */
const REST = 2_000;

/** Reads anew what is shown when something happens that it is about, and when somebody comes back to the page. */
export function useFresh(isAbout: (event: LiveEvent) => boolean, refresh: () => Promise<void>): void {
  const { live } = useApp();
  const latest = useRef({ isAbout, refresh });
  latest.current = { isAbout, refresh };
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isDue = false;
    const read = (): void => {
      isDue = timer !== undefined;
      if (isDue) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (isDue) read();
      }, REST);
      void latest.current.refresh();
    };
    const comeBack = (): void => {
      if (document.visibilityState === "visible") read();
    };
    document.addEventListener("visibilitychange", comeBack);
    const unlisten = live.listen((changes) => {
      if (changes.type === "everything" || changes.events.some((event) => latest.current.isAbout(event))) read();
    });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", comeBack);
      unlisten();
    };
  }, [live]);
}
