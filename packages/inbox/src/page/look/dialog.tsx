import type { ComponentChildren, DialogHTMLAttributes } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { ScopeContext, useShortcuts } from "../keys/keys.ts";
import styles from "./dialog.module.css";

/**
 * Of a dialog: all ways in which a browser would close it lead to `leave`, which may refuse. Pressed twice, Escape closes one
 * without asking, and what is drawn would be gone while the page still waits for it.
 */
export function leftBy(leave: () => void): DialogHTMLAttributes<HTMLDialogElement> {
  return {
    onKeyDown(event) {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      leave();
    },
    onCancel(event) {
      event.preventDefault();
      leave();
    },
    onClose({ currentTarget }) {
      leave();
      currentTarget.showModal();
    },
  };
}

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Escape was pressed. The focus then goes back to where it was. */
  readonly onClose: () => void;
}

/** Stands above the page until it is answered. Keys of the page don't count meanwhile. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const scope = useShortcuts({}, { isAlone: true });
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={styles["dialog"]} aria-labelledby={id} {...leftBy(onClose)}>
      <div class={styles["body"]}>
        <h2 id={id}>{title}</h2>
        <ScopeContext value={scope}>{children}</ScopeContext>
      </div>
    </dialog>
  );
}
