import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useId, useMemo } from "preact/hooks";
import type { DecidingTogether } from "@countersign/server/client";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { Dialog } from "../../look/dialog.tsx";
import { useMeant } from "../../look/use-meant.ts";
import type { Desk } from "../desk.ts";
import { ACTS } from "./act.ts";
import { BatchItem } from "./batch-item.tsx";
import styles from "./batch.module.css";
import { Choices } from "./choices.tsx";
import type { Failed } from "./decider.ts";
import { FailureNotice } from "./failure-notice.tsx";
import panel from "./panel.module.css";
import { RejectFields, type Rejecting } from "./reject-fields.tsx";
import { changed, decideAll, errorOf, isCountTyped, readTogether, toBeSeen, whyAlone, type Item } from "./together.ts";

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
  const failure = useSignal<Failed | undefined>(undefined);

  const update = (change: Item): void => {
    session.heed(change.error);
    items.value = [
      ...items.value.filter((item) => item.id !== change.id),
      { ...items.value.find((item) => item.id === change.id), ...change },
    ];
  };
  const ending = useMemo(() => new AbortController(), []);
  const read = (these: readonly string[], onRead: (item: Item) => void): Promise<void> =>
    readTogether(client, these, { signal: ending.signal, onRead });
  useEffect(() => {
    void read(ids, update);
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
  const news = useSignal(0);
  const isMeant = useMeant(news.value);
  const isTyped = isCountTyped(answers);
  const verb = type.value === "reject" ? "reject" : "approve";
  const busy = isBusy.value ? ACTS[verb].doing : undefined;
  const whyNot =
    (isRead ? undefined : "They are still being read.") ??
    (number === 0 ? "None of them is left." : undefined) ??
    (type.value === undefined ? "Choose what to do with them first." : undefined) ??
    (isTyped && count.value.trim() !== String(number) ? `Type ${number} first.` : undefined);

  /** A warning may have come since they were read, such as of a freeze. */
  async function areAsRead(): Promise<boolean> {
    const before = news.value;
    const seen = new Map(answers.map((answer) => [answer.review.id, toBeSeen(answer)]));
    await read([...seen.keys()], (item) => {
      if (item.answer && toBeSeen(item.answer) === seen.get(item.id)) return;
      update({ error: changed(), ...item });
      news.value++;
    });
    return news.value === before;
  }

  async function send(): Promise<void> {
    if (whyNot !== undefined || isBusy.value || type.value === undefined) return;
    isBusy.value = true;
    failure.value = undefined;
    const { message, then } = rejecting.value;
    const said = comment.value === "" ? {} : { comment: comment.value };
    const decision: DecidingTogether["decision"] =
      type.value === "approve" ? { type: "approve", ...said } : { type: "reject", then, ...(message && { message }), ...said };
    try {
      if (decision.type === "approve" && !(await areAsRead())) return;
      await decideAll(client, answers, decision, (answered) => {
        for (const each of answered) {
          const error = errorOf(each);
          update({ id: each.id, isDecided: error === undefined, error });
        }
      });
    } catch (error) {
      session.heed(error);
      failure.value = { act: decision.type, error, at: Date.now() };
    } finally {
      isBusy.value = false;
    }
    const done = items.value.filter((item) => item.isDecided && open.some((each) => each.id === item.id));
    const text = ACTS[decision.type].done;
    desk.decider.add(done.map((item) => ({ id: item.id, title: item.answer?.review.title ?? item.id, text, isDone: true })));
    announcer.say(`${text}: ${done.length} of ${number}.`);
    count.value = "";
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
      {failure.value && <FailureNotice failed={failure.value} />}
      <div class={styles["foot"]}>
        {(number > 0 || !isRead) && (
          <Button
            look={type.value === "reject" ? "danger" : "main"}
            whyNot={whyNot}
            busy={busy}
            isMeant={(press) => news.value === 0 || isMeant(press)}
            onPress={() => void send()}
          >
            {type.value === undefined ? "Decide" : type.value === "approve" ? "Approve" : "Reject"} {number}
          </Button>
        )}
        <Button look={number > 0 || !isRead ? "quiet" : "plain"} whyNot={busy} onPress={onClose}>
          {decided.length > 0 ? "Close" : "Cancel"}
        </Button>
        {whyNot !== undefined && isRead && number > 0 && <span class={panel["soft"]}>{whyNot}</span>}
      </div>
    </Dialog>
  );
}
