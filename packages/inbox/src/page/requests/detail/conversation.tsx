import type { RequestAnswer } from "@countersign/server/client";
import { useApp } from "../../app-context.ts";
import { Icon } from "../../look/icon.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { LongText } from "./long-text.tsx";
import { Row, Rows } from "./row.tsx";
import { Section } from "./section.tsx";
import styles from "./conversation.module.css";

/** Where it can be seen how the agent came to ask for it. */
export function Conversation({ answer: { review, request } }: { readonly answer: RequestAnswer }) {
  const { route } = useApp();
  const ofThread = route.href({ page: "requests" }, new URLSearchParams({ thread: request.threadId }));
  return (
    <Section title="Conversation" isQuiet>
      <Rows>
        {review.links.map(({ label, url, host }, index) => (
          <Row key={index} label={<LongText text={label} />}>
            {isWebAddress(url) ? (
              <a class={styles["link"]} href={url} target="_blank" rel="noreferrer noopener">
                <Icon name="external" /> Open on <VisibleText text={host} />
              </a>
            ) : (
              <LongText text={url} />
            )}
          </Row>
        ))}
        <Row label="Thread">
          <VisibleText text={review.thread} /> <a href={ofThread}>All requests of this thread</a>
        </Row>
      </Rows>
    </Section>
  );
}

/** The page leads nowhere else, whatever the server says. */
function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
