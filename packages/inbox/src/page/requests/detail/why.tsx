import type { Review } from "@countersign/server/client";
import { LongText } from "./long-text.tsx";
import { Row, Rows } from "./row.tsx";
import { Section } from "./section.tsx";

/** Why somebody is asked. */
export function Why({ why: { reason, rule, tier } }: Pick<Review, "why">) {
  return (
    <Section title="Why you are asked" isQuiet>
      <Rows>
        <Row label="Reason">
          <LongText text={reason} />
        </Row>
        <Row label="Rule">
          <LongText text={rule} />
          {tier !== undefined && `, tier ${tier}`}
        </Row>
      </Rows>
    </Section>
  );
}
