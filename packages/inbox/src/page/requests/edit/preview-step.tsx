import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Review } from "@countersign/server/client";
import { Button } from "../../look/button.tsx";
import { Field } from "../../look/field.tsx";
import { Notice } from "../../look/notice.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { Differences } from "../detail/differences.tsx";
import { STILL, useMeant } from "../../look/use-meant.ts";
import type { Editing } from "./editing.ts";
import styles from "./edit.module.css";
import { EditFailure } from "./failure-notice.tsx";
import { isSend } from "./is-send.ts";
import { WarningList } from "./subject.tsx";

/** The second step: the edit as the server understood it, and the signature under exactly that. */
export function PreviewStep({ editing }: { readonly editing: Editing }) {
  // A busy page may be open by the time it hears of a press.
  const isMeant = useMeant();
  const isOpen = useSignal(false);
  const typed = useSignal<Readonly<Record<string, string>>>({});
  // The second click of a double click on what led here isn't meant for what stands there now.
  useEffect(() => {
    const timer = setTimeout(() => (isOpen.value = true), STILL);
    return () => clearTimeout(timer);
  }, []);
  const previewed = editing.previewed.value;
  if (!previewed) return null;
  const { review, isUnchanged } = previewed;
  const base = editing.base.value.review;
  const left = review.confirm.filter(({ path }) => (typed.value[path] ?? "") === "").map(({ label }) => label);
  const turn = editing.turn.value;
  const missing = turn
    ? "Choose first how to go on: the arguments were changed."
    : left.length > 0
      ? `Type the ${left.join(" and the ")} first.`
      : undefined;
  const whyNot = isOpen.value ? missing : "Look at it first.";

  const sign = (): void => void editing.sign(typed.peek());

  return (
    <form
      class={styles["form"]}
      // Enter in a field signs nothing.
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (isSend(event) && whyNot === undefined && isMeant(event)) sign();
      }}
    >
      <Title before={base.title} after={review.title} />
      {isUnchanged && (
        <Notice tone="caution" title="You changed nothing.">
          <p>To sign this is the same as to approve the request as it is.</p>
        </Notice>
      )}
      <WarningList
        warnings={review.warnings.filter(({ severity, text }) => severity !== "note" || !base.warnings.some((each) => each.text === text))}
        before={base.warnings}
      />
      {!isUnchanged && <Changes base={base} review={review} />}
      <Terms base={base} review={review} />
      {review.confirm.map(({ path, label }) => (
        <Field
          key={path}
          label={`Type the ${label}`}
          help="Exactly as it stands in your arguments: 1500, not 1,500."
          error={editing.mistyped.value.includes(path) ? "This isn't what stands in your arguments." : undefined}
        >
          {(control) => (
            <input
              {...control}
              value={typed.value[path] ?? ""}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              onInput={({ currentTarget }) => (typed.value = { ...typed.value, [path]: currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <Field label="Comment" help="For people and the audit trail. You may leave it empty.">
        {(control) => (
          <textarea
            {...control}
            rows={2}
            value={editing.comment.value}
            onInput={({ currentTarget }) => (editing.comment.value = currentTarget.value)}
          />
        )}
      </Field>
      <EditFailure editing={editing} doing="signing" />
      <footer class={styles["footer"]}>
        {turn?.type !== "over" && (
          <Button
            look="main"
            busy={editing.busy.value === "signing" ? "Signing…" : undefined}
            whyNot={whyNot}
            isMeant={isMeant}
            onPress={sign}
          >
            Sign these arguments
          </Button>
        )}
        <Button whyNot={editing.busy.value === "signing" ? "It is being signed." : undefined} onPress={() => editing.back()}>
          Back to the form
        </Button>
        {turn?.type !== "over" && missing !== undefined && <span class={styles["soft"]}>{missing}</span>}
      </footer>
    </form>
  );
}

function Title({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <div class={styles["subject"]}>
      {before !== after && (
        <p class={styles["before"]}>
          <span class="visually-hidden">Before: </span>
          <VisibleText text={before} />
        </p>
      )}
      <p class={styles["title"]}>
        <VisibleText text={after} />
      </p>
    </div>
  );
}

function Changes({ base, review }: { readonly base: Review; readonly review: Review }) {
  const isEditedBefore = base.editedBy !== undefined;
  return (
    <section class={styles["part"]}>
      <h3>What you change</h3>
      <Differences
        differences={review.differences}
        sides={[
          { of: "model", label: "The model" },
          ...(isEditedBefore ? [{ of: "proposed" as const, label: base.editedBy ?? "" }] : []),
          { of: "mine", label: "You" },
        ]}
      />
    </section>
  );
}

/** Who else has to sign, and what no longer counts. */
function Terms({ base, review }: { readonly base: Review; readonly review: Review }) {
  const lost = base.signatures.filter(({ counts }) => counts);
  return (
    <section class={styles["part"]}>
      <h3>Who signs</h3>
      {review.terms !== base.terms && <Notice tone="caution" title="Other terms hold for these arguments." />}
      <p>
        <VisibleText text={`${review.terms.charAt(0).toUpperCase()}${review.terms.slice(1)}.`} />
      </p>
      {review.missing !== "" && (
        <p>
          Signatures needed, yours included: <VisibleText text={review.missing} />.
        </p>
      )}
      {lost.length > 0 && (
        <p>{lost.length === 1 ? "One signature" : `${lost.length} signatures`} for the arguments before yours will not count for these.</p>
      )}
    </section>
  );
}
