import { useEffect } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { CopyButton } from "../../look/copy-button.tsx";
import { Notice } from "../../look/notice.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { Differences } from "../detail/differences.tsx";
import type { Editing } from "./editing.ts";
import styles from "./edit.module.css";
import { jsonText } from "./json-text.ts";

/** What became of the request while its arguments were being edited, and how to go on. */
export function Turned({ editing }: { readonly editing: Editing }) {
  const { announcer } = useApp();
  const turn = editing.turn.value;
  const title =
    turn?.type === "over" ? `You can't edit this any more. ${turn.reason}` : "The arguments were changed while you edited them.";
  useEffect(() => {
    if (turn) announcer.say(title);
  }, [turn?.type, title]);
  if (!turn) return null;
  if (turn.type === "over")
    return (
      <Notice tone="danger" title={<VisibleText text={title} />}>
        {editing.form.isChanged.value && (
          <>
            <p>What you entered stays here for you to read and copy.</p>
            <CopyButton text={jsonText(editing.form.tree.value)} what="what you entered" />
          </>
        )}
      </Notice>
    );
  const { review } = turn.answer;
  return (
    <Notice tone="danger" title={title}>
      <p>
        <VisibleText text={review.title} />
        {review.editedBy !== undefined && (
          <>
            , as edited by <VisibleText text={review.editedBy} />
          </>
        )}
      </p>
      <div class={styles["wide"]}>
        <Differences
          differences={review.differences}
          sides={[
            { of: "model", label: "The model" },
            { of: "proposed", label: review.editedBy ?? "Now" },
          ]}
        />
      </div>
      <Button onPress={() => editing.goOn(true)}>Make my changes to the new arguments</Button>
      <Button onPress={() => editing.goOn(false)}>Start from the new arguments</Button>
    </Notice>
  );
}
