import type { ComponentChildren } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { ScopeContext, useShortcuts, type Shortcuts } from "../../keys/keys.ts";
import { AGAIN } from "./how-to-approve.ts";
import styles from "./panel.module.css";

interface PanelProps {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** What speaks against it: if that changes, a key is pressed for what was read before. */
  readonly against?: string;
  /** Keys that count while it is open, beside Escape and Ctrl+Enter. */
  readonly shortcuts?: Shortcuts;
  /** Ctrl+Enter, from wherever the focus is in it. */
  readonly onSign?: () => void;
  readonly onClose: () => void;
}

/**
 * Stands at the bottom of a request, which stays in sight: what is signed has to be read. Keys of the page don't count
 * meanwhile. Nothing in it is pressed by Enter alone unless it has the focus, and at first its heading has.
 */
export function Panel({ title, children, against, shortcuts = {}, onSign, onClose }: PanelProps) {
  const id = useId();
  const element = useRef<HTMLElement>(null);
  const since = useRef(0);
  useMemo(() => (since.current = performance.now()), [against]);
  /** A key that is held down, or was pressed twice by a trembling hand, answers nothing. */
  const deliberate = (run: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
    if (!event.repeat && event.timeStamp - since.current >= AGAIN) run(event);
  };
  const scope = useShortcuts(
    {
      Escape: { label: "Close", run: onClose },
      ...Object.fromEntries(
        Object.entries(shortcuts).map(([key, shortcut]) => [
          key,
          { label: shortcut.label, run: deliberate((event) => shortcut.run(event)) },
        ]),
      ),
    },
    { name: "Decide", isAlone: true },
  );
  useEffect(() => {
    const before = document.activeElement;
    const first = element.current?.querySelector<HTMLElement>("[data-first]") ?? element.current?.querySelector("h2");
    first?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <section
      ref={element}
      class={styles["panel"]}
      aria-labelledby={id}
      onInput={() => (since.current = 0)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          event.stopPropagation();
          // With a draft it opens by itself: the key may still be the one that signed the request before.
          if (onSign) deliberate(onSign)(event);
        }
      }}
    >
      <h2 id={id} class={styles["title"]} tabIndex={-1}>
        {title}
      </h2>
      <ScopeContext value={scope}>{children}</ScopeContext>
    </section>
  );
}
