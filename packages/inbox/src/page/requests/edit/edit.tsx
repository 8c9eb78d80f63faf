import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import type { ApprovalRequest, RequestAnswer } from "@countersign/server/client";
import { useApp } from "../../app-context.ts";
import { useShortcuts } from "../../keys/keys.ts";
import { Button } from "../../look/button.tsx";
import { leftBy } from "../../look/dialog.tsx";
import type { Opened } from "../detail/opened.ts";
import { createEditing } from "./editing.ts";
import styles from "./edit.module.css";
import { FormStep } from "./form-step.tsx";
import { PreviewStep } from "./preview-step.tsx";
import { Subject } from "./subject.tsx";
import { Turned } from "./turned.tsx";

interface EditProps {
  readonly opened: Opened;
  /** As it is shown: what the edit is made of. */
  readonly answer: RequestAnswer;
  /** `title`: of what was signed. */
  readonly onSigned: (request: ApprovalRequest, title: string) => void;
  readonly onClose: () => void;
}

/**
 * Changes the arguments of a request, in two steps: they are entered, then looked at as the server understood them. Only what
 * was looked at is signed. Stands beside the list, and alone on a phone.
 */
export function Edit({ opened, answer, onSigned, onClose }: EditProps) {
  const app = useApp();
  const editing = useMemo(() => createEditing(app, opened, answer, onSigned), [app, opened]);
  useEffect(() => editing.start(), [editing]);
  useShortcuts({}, { isAlone: true });
  const element = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  const isPreview = editing.previewed.value !== undefined;
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    // Wrong fields have the focus then.
    if (editing.form.problems.peek().length > 0) return;
    heading.current?.focus({ preventScroll: true });
    body.current?.scrollTo(0, 0);
  }, [isPreview]);

  function close(): void {
    if (editing.busy.peek() === "signing") return;
    if (editing.form.isChanged.peek() && !editing.turn.peek())
      app.announcer.say("Your changes are kept as a draft until you close this tab.");
    onClose();
  }

  return (
    <dialog ref={element} class={styles["edit"]} aria-labelledby={id} {...leftBy(() => (isPreview ? editing.back() : close()))}>
      <header class={styles["header"]}>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {isPreview ? "What you are about to sign" : "Edit the arguments"}
        </h2>
        <Button look="quiet" onPress={close}>
          {editing.form.isChanged.value && editing.isKept.value && editing.turn.value?.type !== "over" ? "Close, keep draft" : "Close"}
        </Button>
      </header>
      <div ref={body} class={styles["body"]}>
        <Turned editing={editing} />
        {isPreview ? (
          <PreviewStep editing={editing} />
        ) : (
          <>
            <Subject review={editing.base.value.review} />
            <FormStep editing={editing} prefix={id} />
          </>
        )}
      </div>
      {/* What the page says is under this, and heard by nobody. */}
      <div class="visually-hidden" role="status">
        {app.announcer.text}
      </div>
    </dialog>
  );
}
