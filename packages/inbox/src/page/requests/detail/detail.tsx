import { useSignal } from "@preact/signals";
import type { RequestAnswer } from "@countersign/server/client";
import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Icon } from "../../look/icon.tsx";
import { Actions } from "../decide/actions.tsx";
import type { Desk } from "../desk.ts";
import type { ArgsPath } from "./args-path.ts";
import { Arguments } from "./arguments.tsx";
import { Edited, Outdated, Since } from "./changes.tsx";
import { Conversation } from "./conversation.tsx";
import { Facts } from "./facts.tsx";
import { Fold } from "./fold.tsx";
import { History } from "./history.tsx";
import { Ids } from "./ids.tsx";
import { NotRead } from "../../look/not-read.tsx";
import { createOpened, type Opened } from "./opened.ts";
import { Outcome } from "./outcome.tsx";
import { RequestHeader } from "./request-header.tsx";
import { Signing } from "./signing.tsx";
import { useSpoken } from "./use-spoken.ts";
import { Warnings } from "./warnings.tsx";
import { Why } from "./why.tsx";
import styles from "./detail.module.css";

/** One request, and what may be done about it. */
export function Detail({ desk, id }: { readonly desk: Desk; readonly id: string }) {
  const app = useApp();
  const opened = useMemo(() => createOpened(app, id), [app, id]);
  useEffect(() => opened.start(), [opened]);
  useSpoken(opened);
  const answer = opened.shown.value;
  return (
    <article class={styles["detail"]}>
      <div class={styles["contents"]}>
        <a class={styles["back"]} href={app.route.href({ page: "requests" }, app.route.query.value)}>
          <Icon name="back" /> All requests
        </a>
        {opened.failure.value !== undefined && <NotRead what="The request" error={opened.failure.value} onRetry={opened.refresh} />}
        {answer && <Contents opened={opened} answer={answer} />}
        {!answer && opened.failure.value === undefined && <p class={styles["wait"]}>Reading…</p>}
      </div>
      {answer && (
        <div class={styles["actions"]}>
          <Actions desk={desk} opened={opened} answer={answer} />
        </div>
      )}
    </article>
  );
}

/** What weighs in the decision first, and what few ask for last. */
function Contents({ opened, answer }: { readonly opened: Opened; readonly answer: RequestAnswer }) {
  const { review } = answer;
  const sought = useSignal<ArgsPath | undefined>(undefined);
  const before = opened.before.value;
  const warnings = before ? review.warnings.filter(({ kind }) => kind !== "edited-since") : review.warnings;
  return (
    <>
      <Outdated opened={opened} />
      <RequestHeader answer={answer} />
      <Outcome answer={answer} />
      <Warnings warnings={warnings} sought={sought} />
      {before && <Since before={before} answer={answer} />}
      {(!before || before.review.differences.length > 0) && <Edited answer={answer} />}
      <Facts facts={review.facts} />
      <Arguments answer={answer} sought={sought} />
      <Signing review={review} />
      <Why why={review.why} />
      <Conversation answer={answer} />
      <div class={styles["folds"]}>
        <Fold title="History">{() => <History id={review.id} version={(opened.outdated.value ?? answer).review.version} />}</Fold>
        <Fold title="Ids">{() => <Ids answer={answer} />}</Fold>
      </div>
    </>
  );
}
