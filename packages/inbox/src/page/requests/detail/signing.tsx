import type { Review } from "@countersign/server/client";
import { Icon } from "../../look/icon.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { LongText } from "./long-text.tsx";
import { refusals } from "./refusals.ts";
import { Row, Rows } from "./row.tsx";
import { Section } from "./section.tsx";
import { capital } from "./status-line.ts";
import styles from "./signing.module.css";

const ICONS = { approve: "check", edit: "edit", reject: "close" } as const;

/** Who may sign and how, who has, what is missing, and why whoever looks may not. */
export function Signing({ review }: { readonly review: Review }) {
  const { terms, missing, signatures } = review;
  return (
    <Section title="Signatures" isQuiet>
      <Rows>
        <Row label="Who signs">
          <VisibleText text={capital(terms)} />
        </Row>
        {missing !== "" && (
          <Row label="Still missing">
            <VisibleText text={missing} />
          </Row>
        )}
        {refusals(review).map(({ what, why }) => (
          <Row key={what} label={what}>
            <VisibleText text={why} />
          </Row>
        ))}
      </Rows>
      {signatures.length > 0 && (
        <ol class={styles["signatures"]}>
          {signatures.map(({ text, decision, message, comment, counts }, index) => (
            <li key={index} class={styles["signature"]} data-decision={decision} data-counts={counts}>
              <Icon name={ICONS[decision]} />
              <div>
                <p>
                  <VisibleText text={capital(text)} />.
                  {!counts && <span class={styles["void"]}> It doesn’t count for the arguments as they are.</span>}
                </p>
                {message !== undefined && (
                  <p class={styles["said"]}>
                    To the model: <LongText text={message} />
                  </p>
                )}
                {comment !== undefined && (
                  <p class={styles["said"]}>
                    Comment: <LongText text={comment} />
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
