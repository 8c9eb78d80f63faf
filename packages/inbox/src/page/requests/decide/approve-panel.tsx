import { useSignal } from "@preact/signals";
import { useApp } from "../../app-context.ts";
import { CommentField } from "./comment-field.tsx";
import { ConfirmFields, confirmationOf, untyped } from "./confirm-fields.tsx";
import { consequenceText } from "./consequence-text.ts";
import { careFor, isGrave, isPlain } from "./how-to-approve.ts";
import { Foot } from "./foot.tsx";
import { Panel } from "./panel.tsx";
import styles from "./panel.module.css";
import type { Part } from "./part.ts";
import { RememberFields } from "./remember-fields.tsx";
import type { Remembering } from "./remember-text.ts";
import { State } from "./state.tsx";
import { whyNotNow } from "./why-not.ts";

/** What will happen, what speaks against it, and the button that signs. */
export function ApprovePanel(part: Part) {
  const { opened, answer, deciding, onClose } = part;
  const { announcer, client } = useApp();
  const { review } = answer;
  const typed = useSignal<Readonly<Record<string, string>>>({});
  const remembering = useSignal<Remembering | undefined>(undefined);
  const care = careFor(review);
  const against = review.warnings.filter(isGrave);
  const whyNot = whyNotNow(deciding, review.may.approve, opened) ?? untyped(review.confirm, typed.value);

  function sign(): void {
    if (whyNot !== undefined) return announcer.say(whyNot);
    const { comment } = deciding.draft.value.peek();
    const confirm = confirmationOf(review.confirm, typed.peek());
    const remember = remembering.peek();
    void deciding.run("approve", { title: review.title, refresh: opened.refresh }, () =>
      client.decide(review.id, {
        digest: review.digest,
        decision: {
          type: "approve",
          ...(comment && { comment }),
          ...(confirm !== undefined && { confirm }),
          ...(remember && { remember }),
        },
      }),
    );
  }

  return (
    <Panel
      title={
        <>
          Approve: <span data-value>{review.title}</span>?
        </>
      }
      against={against.map(({ text }) => text).join()}
      {...(isPlain(care) && { shortcuts: { a: { label: "Approve", run: sign } } })}
      onSign={sign}
      onClose={onClose}
    >
      <State {...part} permission={review.may.approve} />
      {(against.length > 0 || review.risk === "high") && (
        <ul class={styles["against"]}>
          {review.risk === "high" && (
            <li data-severity="danger">
              <span class={styles["severity"]}>High risk</span>
              <span>The policy says so. Read every argument.</span>
            </li>
          )}
          {against.map(({ severity, text }) => (
            <li key={text} data-severity={severity}>
              <span class={styles["severity"]}>{severity === "danger" ? "Danger" : "Caution"}</span>
              <span data-value>{text}</span>
            </li>
          ))}
        </ul>
      )}
      <p>{consequenceText(answer)}</p>
      <ConfirmFields confirm={review.confirm} typed={typed} failed={deciding.failed.value} />
      <CommentField draft={deciding.draft} />
      {review.may.remember.length > 0 && (
        <RememberFields
          decision="approve"
          tool={review.tool}
          askedBy={review.askedBy}
          scopes={review.may.remember}
          remembering={remembering}
        />
      )}
      <Foot deciding={deciding} look="main" shortcut={isPlain(care) ? "a" : undefined} whyNot={whyNot} onSign={sign} onClose={onClose}>
        {against.length === 0 ? "Approve" : `Approve despite ${against.length === 1 ? "the warning" : `${against.length} warnings`}`}
      </Foot>
    </Panel>
  );
}
