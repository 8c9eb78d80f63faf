import { useId } from "preact/hooks";
import type { Draft } from "./draft.ts";
import styles from "./panel.module.css";

/** For people and the trail. Few decisions need one: it stays folded until somebody wants it. */
export function CommentField({ draft }: { readonly draft: Draft }) {
  const id = useId();
  const { comment = "" } = draft.value.value;
  return (
    <details class={styles["more"]} open={comment !== ""}>
      <summary>Add a comment</summary>
      <div class={styles["field"]}>
        <label for={id} class={styles["soft"]}>
          For people and the audit trail. The model doesn't read it.
        </label>
        <textarea
          id={id}
          class={styles["text"]}
          value={comment}
          onInput={({ currentTarget }) => draft.set({ comment: currentTarget.value })}
        />
      </div>
    </details>
  );
}
