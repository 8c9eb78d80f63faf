import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { RequestAnswer } from "@countersign/server/client";
import { failureText } from "../../look/failure-text.ts";
import { Icon } from "../../look/icon.tsx";
import { Risk } from "../../look/risk.tsx";
import { ArgumentRows } from "../detail/argument-rows.tsx";
import { Fold } from "../detail/fold.tsx";
import { openFolds } from "../detail/open-folds.ts";
import styles from "./batch.module.css";
import panel from "./panel.module.css";
import type { Item } from "./together.ts";

interface BatchItemProps {
  readonly item: Item;
  readonly state?: string;
  /** Why it is left out. */
  readonly why?: string | undefined;
}

/** One of several: what is signed of it, and what became of it. */
export function BatchItem({ item: { id, answer, error }, state, why }: BatchItemProps) {
  const failed = error === undefined ? undefined : failureText(error, answer ? "signing" : "reading");
  const review = answer?.review;
  return (
    <li class={styles["item"]}>
      <p class={styles["title"]}>
        {state !== undefined && (
          <span class={styles["done"]}>
            <Icon name="check" /> {state}:{" "}
          </span>
        )}
        <span data-value>{review?.title ?? id}</span> {review?.risk && <Risk level={review.risk} />}
      </p>
      {review && state === undefined && (
        <>
          {review.facts.length > 0 && (
            <p class={panel["soft"]} data-value>
              {review.facts.map(({ label, value }) => `${label}: ${value}`).join(" · ")}
            </p>
          )}
          <ul class={panel["against"]}>
            {review.warnings
              .filter(({ severity }) => severity !== "note")
              .map(({ severity, text }) => (
                <li key={text} data-severity={severity}>
                  <span class={panel["severity"]}>{severity === "danger" ? "Danger" : "Caution"}</span>
                  <span data-value>{text}</span>
                </li>
              ))}
          </ul>
          <Fold title={`In full, digest ${review.digest.slice(0, 12)}…`}>{() => <InFull review={review} />}</Fold>
        </>
      )}
      {why !== undefined && <p class={panel["soft"]}>{why}</p>}
      {failed && (
        <p class={panel["wrong"]}>
          {failed.what} {failed.todo}
        </p>
      )}
    </li>
  );
}

/** Exactly what is signed. */
function InFull({ review }: { readonly review: RequestAnswer["review"] }) {
  const sought = useSignal(undefined);
  const open = useMemo(() => openFolds(review.args), [review.args]);
  return (
    <>
      <ArgumentRows args={review.args} level={0} open={open} sought={sought} />
      <p class={styles["digest"]}>
        Digest <code>{review.digest}</code>
      </p>
    </>
  );
}
