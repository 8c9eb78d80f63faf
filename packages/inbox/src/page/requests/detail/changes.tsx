import type { RequestAnswer } from "@countersign/server/client";
import { differencesOf } from "@countersign/review";
import { useMemo } from "preact/hooks";
import { Notice } from "../../look/notice.tsx";
import { Differences } from "./differences.tsx";
import type { Opened } from "./opened.ts";
import { Section } from "./section.tsx";
import { changeText, decisionText } from "./status-line.ts";

/** The arguments on the screen aren't those that are asked about any more. */
export function Outdated({ opened }: { readonly opened: Opened }) {
  const review = opened.outdated.value?.review;
  if (!review) return null;
  const decided = decisionText(review);
  return (
    <Notice tone="danger" title={changeText(review)}>
      <p>What you see below is what you were shown before. It can’t be signed any more.</p>
      {decided !== undefined && <p>{decided}.</p>}
    </Notice>
  );
}

/** What is different from what this person was shown before. */
export function Since({ before, answer }: { readonly before: RequestAnswer; readonly answer: RequestAnswer }) {
  const differences = useMemo(
    () =>
      differencesOf({ args: before.request.proposal.args, proposal: { args: answer.request.proposal.args, digest: "", by: undefined } }),
    [before, answer.review.digest],
  );
  return (
    <Section title={`Changed since you looked${answer.review.editedBy === undefined ? "" : `, by ${answer.review.editedBy}`}`} isFocused>
      {differences.length === 0 ? (
        <p>Nothing that you may see.</p>
      ) : (
        <Differences
          differences={differences}
          sides={[
            { of: "model", label: "You saw" },
            { of: "proposed", label: "Now" },
          ]}
        />
      )}
    </Section>
  );
}

/** What a reviewer made of the model's arguments. */
export function Edited({ answer: { review } }: { readonly answer: RequestAnswer }) {
  const { differences, editedBy } = review;
  if (differences.length === 0) return null;
  return (
    <Section title={editedBy === undefined ? "Changed" : `Changed by ${editedBy}`}>
      <Differences
        differences={differences}
        sides={[
          { of: "model", label: "The model" },
          { of: "proposed", label: "Now" },
        ]}
      />
    </Section>
  );
}
