import type { RequestAnswer } from "@countersign/server/client";
import { CopyButton } from "../../look/copy-button.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { Row, Rows } from "./row.tsx";

/** What others ask for when something went wrong. What is copied is the name itself, without escapes. */
export function Ids({ answer: { review, request } }: { readonly answer: RequestAnswer }) {
  return (
    <Rows>
      <Id label="Request" shown={review.id} text={request.id} />
      <Id label="Digest" shown={review.digest} text={request.proposal.digest} />
      <Id label="Thread" shown={review.thread} text={request.threadId} />
      {review.framework !== "none" && <Row label="Framework">{review.framework}</Row>}
    </Rows>
  );
}

function Id({ label, shown, text }: { readonly label: string; readonly shown: string; readonly text: string }) {
  return (
    <Row label={label}>
      <code>
        <VisibleText text={shown} />
      </code>{" "}
      <CopyButton text={text} what={`the ${label.toLowerCase()}`} />
    </Row>
  );
}
