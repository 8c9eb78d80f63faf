import type { ReadonlySignal } from "@preact/signals";
import type { RequestAnswer } from "@countersign/server/client";
import { jsonText } from "../../look/json-text.ts";
import { useMemo } from "preact/hooks";
import { CopyButton } from "../../look/copy-button.tsx";
import type { ArgsPath } from "./args-path.ts";
import { ArgumentRows } from "./argument-rows.tsx";
import { Fold } from "./fold.tsx";
import { LongText } from "./long-text.tsx";
import { openFolds } from "./open-folds.ts";
import { Section } from "./section.tsx";
import styles from "./arguments.module.css";

interface ArgumentsProps {
  readonly answer: RequestAnswer;
  /** The value that somebody wants to be led to. */
  readonly sought: ReadonlySignal<ArgsPath | undefined>;
}

/** What would run, in full. */
export function Arguments({ answer: { review, request }, sought }: ArgumentsProps) {
  const open = useMemo(() => openFolds(review.args), [review.args]);
  return (
    <Section title="Arguments">
      {review.args.length === 0 ? (
        <p class={styles["none"]}>None.</p>
      ) : (
        <ArgumentRows args={review.args} level={0} open={open} sought={sought} />
      )}
      <Fold title="As JSON">{() => <Json args={request.proposal.args} />}</Fold>
    </Section>
  );
}

function Json({ args }: { readonly args: unknown }) {
  const text = useMemo(() => jsonText(args), [args]);
  return (
    <div class={styles["json"]}>
      <CopyButton text={text} what="the JSON" />
      <pre class={styles["code"]}>
        <LongText text={text} />
      </pre>
    </div>
  );
}
