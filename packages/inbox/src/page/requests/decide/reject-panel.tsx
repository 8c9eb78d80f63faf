import { useSignal } from "@preact/signals";
import { useApp } from "../../app-context.ts";
import { CommentField } from "./comment-field.tsx";
import { Foot } from "./foot.tsx";
import { Panel } from "./panel.tsx";
import type { Part } from "./part.ts";
import { RejectFields } from "./reject-fields.tsx";
import { RememberFields } from "./remember-fields.tsx";
import type { Remembering } from "./remember-text.ts";
import { State } from "./state.tsx";
import { whyNotNow } from "./why-not.ts";

/** Why not, and what comes then. */
export function RejectPanel(part: Part) {
  const { opened, answer: { review }, deciding, onClose } = part; // prettier-ignore
  const { announcer, client } = useApp();
  const remembering = useSignal<Remembering | undefined>(undefined);
  const { message = "", then = "continue" } = deciding.draft.value.value;
  const whyNot = whyNotNow(deciding, review.may.reject, opened);

  function sign(): void {
    if (whyNot !== undefined) return announcer.say(whyNot);
    const { message: said, comment } = deciding.draft.value.peek();
    const remember = then === "continue" ? remembering.peek() : undefined;
    void deciding.run("reject", { title: review.title, refresh: opened.refresh }, () =>
      client.decide(review.id, {
        digest: review.digest,
        decision: { type: "reject", then, ...(said && { message: said }), ...(comment && { comment }), ...(remember && { remember }) },
      }),
    );
  }

  return (
    <Panel
      title={
        <>
          Reject: <span data-value>{review.title}</span>?
        </>
      }
      onSign={sign}
      onClose={onClose}
    >
      <State {...part} permission={review.may.reject} />
      <RejectFields message={message} then={then} onChange={(changes) => deciding.draft.set(changes)} />
      <CommentField draft={deciding.draft} />
      {review.may.remember.length > 0 && then === "continue" && (
        <RememberFields
          decision="reject"
          tool={review.tool}
          askedBy={review.askedBy}
          scopes={review.may.remember}
          remembering={remembering}
        />
      )}
      <Foot deciding={deciding} look="danger" whyNot={whyNot} onSign={sign} onClose={onClose}>
        Reject
      </Foot>
    </Panel>
  );
}
