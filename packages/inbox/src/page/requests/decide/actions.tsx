import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { RequestAnswer } from "@countersign/server/client";
import { useApp } from "../../app-context.ts";
import { useShortcuts } from "../../keys/keys.ts";
import { Button } from "../../look/button.tsx";
import { Icon } from "../../look/icon.tsx";
import type { Desk } from "../desk.ts";
import type { Opened } from "../detail/opened.ts";
import { Edit } from "../edit/edit.tsx";
import { ACTS, type Act } from "./act.ts";
import styles from "./actions.module.css";
import { ApproveButton } from "./approve-button.tsx";
import { ApprovePanel } from "./approve-panel.tsx";
import { CancelPanel } from "./cancel-panel.tsx";
import { DoneLine } from "./done-line.tsx";
import type { Deciding } from "./decider.ts";
import { careFor } from "./how-to-approve.ts";
import { MorePanel } from "./more-panel.tsx";
import { RejectPanel } from "./reject-panel.tsx";
import { SettlePanel } from "./settle-panel.tsx";
import { State } from "./state.tsx";
import { whyNotNow } from "./why-not.ts";

interface ActionsProps {
  readonly desk: Desk;
  readonly opened: Opened;
  /** As it is shown: what is decided is about this. */
  readonly answer: RequestAnswer;
}

/** What this person may do about the request, and why not. */
export function Actions({ desk, opened, answer }: ActionsProps) {
  const { announcer, client, session } = useApp();
  const { request, review, may } = answer;
  const deciding = useMemo(() => begun(desk.decider.of(review.id)), [desk, review.id]);
  const isMore = useSignal(false);
  const open = isMore.value ? "more" : deciding.draft.value.value.act;
  const care = careFor(review);
  const since = useMemo(() => performance.now(), [review.digest, care]);
  const bar = useRef<HTMLElement>(null);

  // Other arguments are looked at from the top, before anything is said about them. An edit says by itself how to go on.
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current && open !== "edit") close();
    isFirst.current = false;
  }, [review.digest]);
  useEffect(() => {
    if (desk.decider.arrive()) focusHeading(bar.current);
  }, []);
  // No answer came, and by now the request tells that it was recorded.
  useEffect(() => {
    const act = deciding.failed.peek()?.act;
    // A signature of theirs for the arguments before is another one.
    const mine = request.decisions.some(
      ({ by, decision, digest }) => by.id === session.me.peek()?.id && decision.type === act && digest === review.digest,
    );
    if (act !== undefined && mine && deciding.busy.peek() === undefined)
      void deciding.recorded(act, { title: review.title, refresh: opened.refresh }, request);
  }, [answer, deciding.failed.value]);

  const part = { desk, opened, answer, deciding, onClose: close };
  const whyNots = {
    approve: whyNotNow(deciding, review.may.approve, opened),
    edit: whyNotNow(deciding, review.may.edit, opened),
    reject: whyNotNow(deciding, review.may.reject, opened),
  };
  const busy = deciding.busy.value;

  function show(act: Act | "more"): void {
    deciding.forgive();
    isMore.value = act === "more";
    if (act !== "more") deciding.draft.set({ act });
  }
  function close(): void {
    isMore.value = false;
    deciding.forgive();
    deciding.draft.set({ act: undefined });
  }
  function sign(): void {
    void deciding.run("approve", { title: review.title, refresh: opened.refresh }, () =>
      client.decide(review.id, { digest: review.digest, decision: { type: "approve" } }),
    );
  }
  const byKey = (act: "approve" | "edit" | "reject") => (event: KeyboardEvent) => {
    const whyNot = whyNots[act];
    if (event.repeat || deciding.busy.peek() !== undefined) return;
    if (whyNot === undefined) show(act);
    else announcer.say(whyNot);
  };
  const isPending = review.status === "pending";
  useShortcuts(
    isPending && open === undefined
      ? {
          a: { label: "Approve", run: byKey("approve") },
          e: { label: "Edit", run: byKey("edit") },
          r: { label: "Reject", run: byKey("reject") },
        }
      : {},
    { name: "Decide" },
  );

  const busyOf = (act: Act): string | undefined => (busy === act ? ACTS[act].doing : undefined);
  const reasons = [...new Set(Object.values(whyNots).filter((reason) => reason !== undefined))];
  return (
    <footer ref={bar}>
      <DoneLine desk={desk} besides={review.id} />
      {open === "approve" && <ApprovePanel {...part} />}
      {open === "edit" && (
        <Edit
          opened={opened}
          answer={answer}
          onSigned={(signed, title) => void deciding.recorded("edit", { title, refresh: opened.refresh }, signed)}
          onClose={close}
        />
      )}
      {open === "reject" && <RejectPanel {...part} />}
      {open === "cancel" && <CancelPanel {...part} />}
      {open === "settle" && <SettlePanel {...part} />}
      {open === "more" && <MorePanel answer={answer} onClose={close} onCancel={() => show("cancel")} onSettle={() => show("settle")} />}
      {(open === undefined || open === "edit") && (
        <div class={styles["body"]}>
          <State {...part} />
          {isPending && reasons.length > 0 && opened.outdated.value === undefined && <p class={styles["why"]}>{reasons.join(" ")}</p>}
          <div class={styles["buttons"]} data-pending={isPending}>
            {isPending && (
              <>
                <ApproveButton
                  care={care}
                  whyNot={busy !== undefined && busy !== "approve" ? ACTS[busy].doing : whyNots.approve}
                  busy={busyOf("approve")}
                  since={since}
                  onSign={sign}
                  onAsk={() => show("approve")}
                />
                <Button shortcut="e" whyNot={whyNots.edit} busy={busyOf("edit")} onPress={() => show("edit")}>
                  <Icon name="edit" />
                  Edit
                </Button>
                <span class={styles["gap"]} />
                <Button look="refuse" shortcut="r" whyNot={whyNots.reject} busy={busyOf("reject")} onPress={() => show("reject")}>
                  <Icon name="close" />
                  Reject
                </Button>
              </>
            )}
            {!isPending && <p class={styles["status"]}>It is {review.statusText}.</p>}
            {may.settle.allowed && (
              <Button look="main" busy={busyOf("settle")} onPress={() => show("settle")}>
                Say what happened
              </Button>
            )}
            <Button look="quiet" busy={busyOf("cancel")} onPress={() => show("more")}>
              More
            </Button>
          </div>
        </div>
      )}
    </footer>
  );
}

/** What somebody had begun to write before they were led away is open again. A panel without a text isn't: it would only be in the way. */
function begun(deciding: Deciding): Deciding {
  const { message = "", comment = "", reason = "", outcome = "" } = deciding.draft.value.peek();
  if (`${message}${comment}${reason}${outcome}` === "") deciding.draft.set({ act: undefined });
  return deciding;
}

function focusHeading(within: HTMLElement | null): void {
  const heading = within?.closest("article")?.querySelector("h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
