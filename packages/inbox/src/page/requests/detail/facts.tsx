import type { Review } from "@countersign/server/client";
import { LongText } from "./long-text.tsx";
import { More, useShown } from "./more.tsx";
import { Section } from "./section.tsx";
import { Row, Rows } from "./row.tsx";

const FIRST = 50;
const STEP = 200;

/** What the policy says of the call beside its arguments. */
export function Facts({ facts }: Pick<Review, "facts">) {
  const [shown, more] = useShown(FIRST, STEP);
  if (facts.length === 0) return null;
  return (
    <Section title="Facts">
      <Rows>
        {facts.slice(0, shown).map(({ label, value }, index) => (
          <Row key={index} label={<LongText text={label} />}>
            <LongText text={value} />
          </Row>
        ))}
      </Rows>
      <More shown={shown} total={facts.length} step={STEP} of="facts" onMore={more} />
    </Section>
  );
}
