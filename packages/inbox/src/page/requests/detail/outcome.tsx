import type { RequestAnswer } from "@countersign/server/client";
import { Time } from "../../look/moment.tsx";
import { Notice } from "../../look/notice.tsx";
import { LongText } from "./long-text.tsx";
import { decisionText } from "./status-line.ts";
import styles from "./outcome.module.css";

const TONES = { pending: "note", approved: "good", rejected: "note", expired: "caution", cancelled: "note" } as const;

/** How it was decided, and what came of it. */
export function Outcome({ answer: { review, request } }: { readonly answer: RequestAnswer }) {
  const { outcome } = review;
  const decided = decisionText(review);
  if (decided === undefined) return null;
  return (
    <div class={styles["outcome"]}>
      <Notice tone={TONES[review.status]} title={decided} />
      {review.status === "approved" && request.execution === "none" && (
        <Notice tone="note" title="It has not run yet. The agent runs it when it goes on." />
      )}
      {request.execution === "executing" && <Notice tone="note" title="It is running now." />}
      {outcome?.status === "unknown" && (
        <Notice
          tone="danger"
          title={
            <>
              It was begun, and nobody knows whether it happened, <Time at={outcome.at.at} />
            </>
          }
        >
          <p>Look into the system that it acts on before you do anything else. Then say what you found: “Settle”, below.</p>
        </Notice>
      )}
      {outcome && outcome.status !== "unknown" && (
        <Notice
          tone={outcome.status === "done" ? "good" : "danger"}
          title={
            <>
              {outcome.status === "done" ? "It ran" : "It failed"}, <Time at={outcome.at.at} />
            </>
          }
        >
          {outcome.lines.length > 0 && (
            <div class={styles["lines"]}>
              <LongText text={outcome.lines.join("\n")} />
            </div>
          )}
        </Notice>
      )}
    </div>
  );
}
