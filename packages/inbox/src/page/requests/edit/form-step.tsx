import { useEffect } from "preact/hooks";
import { visible } from "@countersign/review";
import { Button } from "../../look/button.tsx";
import { Notice } from "../../look/notice.tsx";
import type { Editing } from "./editing.ts";
import styles from "./edit.module.css";
import { Typed, type Path } from "./entered.ts";
import { EditFailure } from "./failure-notice.tsx";
import { FieldView } from "./fields/field-view.tsx";
import { isSend } from "./is-send.ts";
import { focusOn, type Place } from "./place.ts";

const MOST_LISTED = 20;

/** The first step: the arguments are entered. */
export function FormStep({ editing, prefix }: { readonly editing: Editing; readonly prefix: string }) {
  const { form } = editing;
  const isLocked = editing.turn.value?.type === "over";
  const place: Place = {
    form,
    prefix,
    path: [],
    schema: form.schema ?? {},
    label: "Arguments",
    depth: 0,
    isOptional: false,
    isComparable: true,
    isPlaced: true,
    isLocked: isLocked || editing.busy.value !== undefined,
  };

  function leadToFirst(): void {
    const [first] = form.problems.peek();
    if (first) requestAnimationFrame(() => focusOn(prefix, first.path));
  }
  async function look(): Promise<void> {
    if (!(await editing.preview())) leadToFirst();
  }
  // The server may find something only when it is signed.
  useEffect(leadToFirst, []);

  return (
    <form
      class={styles["form"]}
      novalidate
      onKeyDown={(event) => {
        if (!isSend(event)) return;
        event.preventDefault();
        void look();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <DraftNotice editing={editing} />
      <EditFailure editing={editing} doing="reading" />
      <Problems editing={editing} prefix={prefix} />
      <FormSwitch editing={editing} />
      {form.schema === undefined && <p class={styles["soft"]}>This tool has no schema here, so there is no form.</p>}
      <FieldView place={place} />
      {!isLocked && (
        <footer class={styles["footer"]}>
          <Button
            look="main"
            type="submit"
            busy={editing.busy.value === "checking" ? "Checking…" : undefined}
            whyNot={editing.turn.value ? "Choose first how to go on: the arguments were changed." : undefined}
          >
            Look at the difference
          </Button>
          {form.isChanged.value && (
            <Button look="quiet" onPress={() => editing.startOver()}>
              Undo all changes
            </Button>
          )}
          {!editing.isKept.value && <span class={styles["soft"]}>This browser keeps no draft: closing loses what you entered.</span>}
        </footer>
      )}
    </form>
  );
}

function DraftNotice({ editing }: { readonly editing: Editing }) {
  const of = editing.draftOf.value;
  if (of === undefined || editing.turn.value?.type === "over") return null;
  return (
    <Notice
      tone={of === "these" ? "note" : "caution"}
      title={of === "these" ? "This is your draft from before." : "This is your draft of the arguments before they were changed."}
    >
      <Button onPress={() => editing.startOver()}>Discard it, start from the proposal</Button>
    </Notice>
  );
}

/** All that is wrong, each a way to its field. */
function Problems({ editing, prefix }: { readonly editing: Editing; readonly prefix: string }) {
  const problems = editing.form.problems.value;
  if (problems.length === 0) return null;
  return (
    <Notice tone="danger" title={problems.length === 1 ? "One thing is wrong." : `${problems.length} things are wrong.`}>
      <ul class={styles["problems"]}>
        {problems.slice(0, MOST_LISTED).map(({ path, message }, index) => (
          <li key={index}>
            <Button look="quiet" onPress={() => focusOn(prefix, path)}>
              {nameOf(path)}
            </Button>
            {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function nameOf(path: Path): string {
  if (path.length === 0) return "All of it";
  return visible(path.map((key) => (typeof key === "number" ? String(key + 1) : key)).join(" › "));
}

/** Between fields and one JSON text. */
function FormSwitch({ editing: { form, turn } }: { readonly editing: Editing }) {
  const tree = form.tree.value;
  if (form.schema === undefined || turn.value?.type === "over") return null;
  const isJson = tree instanceof Typed;
  const mistake = isJson ? form.whyNoForm() : undefined;
  return (
    <div class={styles["switch"]} role="group" aria-label="How you edit">
      <Button
        look="quiet"
        aria-pressed={!isJson}
        whyNot={mistake === undefined ? undefined : `Correct the JSON first. ${mistake}`}
        onPress={() => isJson && form.switchToForm()}
      >
        Form
      </Button>
      <Button look="quiet" aria-pressed={isJson} onPress={() => !isJson && form.switchToJson()}>
        JSON
      </Button>
    </div>
  );
}
