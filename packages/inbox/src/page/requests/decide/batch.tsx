import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { DecidingTogether } from "@countersign/server/client";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { Dialog } from "../../look/dialog.tsx";
import { failureText } from "../../look/failure-text.ts";
import { Notice } from "../../look/notice.tsx";
import type { Desk } from "../desk.ts";
import { BatchItem } from "./batch-item.tsx";
import styles from "./batch.module.css";
import { Choices } from "./choices.tsx";
import panel from "./panel.module.css";
import { RejectFields, type Rejecting } from "./reject-fields.tsx";
import { decideAll, errorOf, isCountTyped, readTogether, whyAlone, type Item } from "./together.ts";

interface BatchProps {
  readonly desk: Desk;
  readonly ids: readonly string[];
  readonly onClose: () => void;
}

type Type = "approve" | "reject";

/** One decision about several requests, each of which is shown. Nothing of it is remembered. */
export function Batch({ desk, ids, onClose }: BatchProps) {
  const { announcer, client, session } = useApp();
  const id = useId();
  const items = useSignal<readonly Item[]>([]);
  const type = useSignal<Type | undefined>(undefined);
  const rejecting = useSignal<Rejecting>({ message: "", then: "continue" });
  const comment = useSignal("");
  const count = useSignal("");
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);

  const update = (change: Item): void => {
    items.value = [
      ...items.value.filter((item) => item.id !== change.id),
      { ...items.value.find((item) => item.id === change.id), ...change },
    ];
  };
  useEffect(() => {
    const ending = new AbortController();
    const onRead = (item: Item): void => {
      if (item.error !== undefined) session.heed(item.error);
      update(item);
    };
    void readTogether(client, ids, { signal: ending.signal, onRead });
    return () => ending.abort();
  }, []);

  const sorted = useComputed(() => ids.flatMap((each) => items.value.find((item) => item.id === each) ?? []));
  const isFitting = (item: Item): boolean => item.answer !== undefined && whyAlone(item.answer, type.value) === undefined;
  const open = sorted.value.filter((item) => !item.isDecided && isFitting(item));
  const answers = open.flatMap(({ answer }) => answer ?? []);
  const decided = sorted.value.filter(({ isDecided }) => isDecided);
  const alone = sorted.value.filter((item) => !item.isDecided && !isFitting(item));
  const isRead = items.value.length === ids.length;
  const number = answers.length;
  const isTyped = isCountTyped(answers);
  const verb = type.value === "reject" ? "reject" : "approve";
  const whyNot =
    (isRead ? undefined : "They are still being read.") ??
    (number === 0 ? "None of them is left." : undefined) ??
    (type.value === undefined ? "Choose what to do with them first." : undefined) ??
    (isTyped && count.value.trim() !== String(number) ? `Type ${number} first.` : undefined);

  async function send(): Promise<void> {
    if (whyNot !== undefined || isBusy.value || type.value === undefined) return;
    isBusy.value = true;
    failure.value = undefined;
    const { message, then } = rejecting.value;
    const said = comment.value === "" ? {} : { comment: comment.value };
    const decision: DecidingTogether["decision"] =
      type.value === "approve" ? { type: "approve", ...said } : { type: "reject", then, ...(message && { message }), ...said };
    try {
      await decideAll(client, answers, decision, (answered) => {
        for (const each of answered) {
          const error = errorOf(each);
          update({ id: each.id, isDecided: error === undefined, error });
        }
      });
    } catch (error) {
      session.heed(error);
      failure.value = error;
    }
    const done = items.value.filter((item) => item.isDecided && open.some((each) => each.id === item.id));
    const text = decision.type === "approve" ? "Approved" : "Rejected";
    desk.decider.add(done.map((item) => ({ id: item.id, title: item.answer?.review.title ?? item.id, text, isDone: true })));
    announcer.say(`${text}: ${done.length} of ${number}.`);
    count.value = "";
    isBusy.value = false;
  }

  return (
    <Dialog title={`Decide ${ids.length} together`} onClose={() => !isBusy.value && onClose()}>
      {!isRead && (
        <p role="status">
          Reading {items.value.length} of {ids.length}…
        </p>
      )}
      {decided.length > 0 && (
        <section class={styles["part"]}>
          <h3>Decided: {decided.length}</h3>
          <ul class={styles["items"]}>
            {decided.map((item) => (
              <BatchItem key={item.id} item={item} state="Decided" />
            ))}
          </ul>
        </section>
      )}
      {number > 0 && (
        <section class={styles["part"]}>
          <h3>To decide: {number}</h3>
          <ul class={styles["items"]}>
            {open.map((item) => (
              <BatchItem key={item.id} item={item} />
            ))}
          </ul>
        </section>
      )}
      {isRead && alone.length > 0 && (
        <section class={styles["part"]}>
          <h3>Left out: {alone.length}</h3>
          <ul class={styles["items"]}>
            {alone.map((item) => (
              <BatchItem key={item.id} item={item} why={item.answer && whyAlone(item.answer, type.value)} />
            ))}
          </ul>
        </section>
      )}
      {isRead && number > 0 && (
        <>
          <Choices
            label="What do you say to all of them?"
            chosen={type.value}
            onChoose={(chosen) => (type.value = chosen)}
            choices={[
              { value: "approve", label: "Approve" },
              { value: "reject", label: "Reject" },
            ]}
          />
          {type.value === "reject" && (
            <RejectFields {...rejecting.value} onChange={(changes) => (rejecting.value = { ...rejecting.value, ...changes })} />
          )}
          {type.value !== undefined && (
            <div class={panel["field"]}>
              <label for={`${id}comment`} class={panel["soft"]}>
                Comment, for people and the audit trail
              </label>
              <input
                id={`${id}comment`}
                class={panel["text"]}
                value={comment.value}
                onInput={({ currentTarget }) => (comment.value = currentTarget.value)}
              />
            </div>
          )}
          {type.value !== undefined && isTyped && (
            <div class={panel["field"]}>
              <label for={`${id}count`} class={panel["label"]}>
                Type {number} to {verb} {number}
              </label>
              <input
                id={`${id}count`}
                class={`${panel["text"]} ${panel["short"]}`}
                inputMode="numeric"
                autocomplete="off"
                value={count.value}
                onInput={({ currentTarget }) => (count.value = currentTarget.value)}
              />
            </div>
          )}
        </>
      )}
      {failure.value !== undefined && (
        <Notice tone="caution" title={failureText(failure.value, "signing").what}>
          <p>{failureText(failure.value, "signing").todo}</p>
        </Notice>
      )}
      <div class={styles["foot"]}>
        {(number > 0 || !isRead) && (
          <Button
            look={type.value === "reject" ? "danger" : "main"}
            whyNot={whyNot}
            busy={isBusy.value ? (verb === "approve" ? "Approving…" : "Rejecting…") : undefined}
            onPress={() => void send()}
          >
            {type.value === undefined ? "Decide" : type.value === "approve" ? "Approve" : "Reject"} {number}
          </Button>
        )}
        <Button
          look={number > 0 || !isRead ? "quiet" : "plain"}
          whyNot={isBusy.value ? "They are being decided." : undefined}
          onPress={onClose}
        >
          {decided.length > 0 ? "Close" : "Cancel"}
        </Button>
        {whyNot !== undefined && isRead && number > 0 && <span class={panel["soft"]}>{whyNot}</span>}
      </div>
    </Dialog>
  );
}
