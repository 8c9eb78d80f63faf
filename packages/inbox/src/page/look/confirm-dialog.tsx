import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useApp } from "../app-context.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { failureText } from "./failure-text.ts";
import { Notice } from "./notice.tsx";
import { catchFocus } from "./page-frame.tsx";
import { useMeant } from "./use-meant.ts";
import styles from "./confirm-dialog.module.css";

interface ConfirmDialogProps {
  readonly title: string;
  /** What it is about, and what comes of it. */
  readonly children: ComponentChildren;
  /** On the button that does it: `Revoke`. While it is under way: `Revoking…`. To leave all as it is: `Keep it`. */
  readonly act: string;
  readonly acting: string;
  readonly leave: string;
  readonly look?: "main" | "danger";
  /** Why it can't be done, where this page knows more than the error's code says. */
  readonly refusal?: (error: unknown) => string | undefined;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is done that isn't taken back by pressing again. The focus begins on leaving it. */
export function ConfirmDialog({ title, children, act, acting, leave, look = "danger", refusal, run, onClose }: ConfirmDialogProps) {
  const { session } = useApp();
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  const isMeant = useMeant();

  async function confirm(): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    failure.value = undefined;
    try {
      await run();
      onClose();
      catchFocus();
    } catch (error) {
      session.heed(error);
      failure.value = error;
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <Dialog title={title} onClose={() => isBusy.value || onClose()}>
      {children}
      {failure.value !== undefined && <Refusal error={failure.value} text={refusal?.(failure.value)} />}
      <div class={styles["buttons"]}>
        <Button autofocus onPress={() => isBusy.value || onClose()}>
          {leave}
        </Button>
        <Button look={look} busy={isBusy.value ? acting : undefined} isMeant={isMeant} onPress={() => void confirm()}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}

/** What was refused, in place of what was about to be done. Without an answer it may have been done, and nobody is told that it wasn't. */
export function Refusal({ error, text }: { readonly error: unknown; readonly text: string | undefined }) {
  const { what, todo, next } = failureText(error, "signing");
  const isOpen = next === "again";
  return (
    <Notice tone="danger" title={isOpen ? what : "This was not done"}>
      <p>{text ?? (isOpen ? todo : `${what} ${todo}`)}</p>
    </Notice>
  );
}
