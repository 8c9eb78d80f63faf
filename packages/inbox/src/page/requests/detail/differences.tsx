import type { Review } from "@countersign/server/client";
import { VisibleText } from "../../look/visible-text.tsx";
import { LongText } from "./long-text.tsx";
import { More, useShown } from "./more.tsx";
import styles from "./differences.module.css";

type Difference = Review["differences"][number];
type Line = NonNullable<Difference["lines"]>[number];

const FIRST = 50;
const STEP = 200;

interface DifferencesProps {
  readonly differences: readonly Difference[];
  /** Which sides are shown, in this order, and whose they are: `The model`, `Bob`, `You`. The last one is what would run. */
  readonly sides: readonly { readonly of: "model" | "proposed" | "mine"; readonly label: string }[];
}

/** Values that aren't the same on all sides, each with its name. */
export function Differences({ differences, sides }: DifferencesProps) {
  const [shown, more] = useShown(FIRST, STEP);
  return (
    <>
      <dl class={styles["differences"]}>
        {differences.slice(0, shown).map((difference) => (
          <div key={difference.name} class={styles["difference"]}>
            <dt class={styles["name"]}>
              <VisibleText text={difference.name} />
            </dt>
            <dd>
              {sides.map(({ of, label }, index) => (
                <Side key={of} label={label} text={difference[of]?.text} isLast={index === sides.length - 1} />
              ))}
            </dd>
            {difference.lines && (
              <dd class={styles["lines"]}>
                <Lines lines={difference.lines} />
              </dd>
            )}
          </div>
        ))}
      </dl>
      <More shown={shown} total={differences.length} step={STEP} of="differences" onMore={more} />
    </>
  );
}

function Side({ label, text, isLast }: { readonly label: string; readonly text: string | undefined; readonly isLast: boolean }) {
  return (
    <p class={styles["side"]} data-change={isLast ? "added" : "removed"}>
      <span class={styles["sign"]} aria-hidden="true">
        {isLast ? "+" : "−"}
      </span>
      <span class={styles["label"]}>
        <VisibleText text={label} />
        <span class="visually-hidden">: </span>
      </span>
      <span class={styles["text"]}>{text === undefined ? "not there" : <LongText text={text} quoted={text.startsWith('"')} />}</span>
    </p>
  );
}

const SIGNS = { same: " ", added: "+", removed: "−", skipped: "⋯" } as const;
const WORDS = { same: "", added: "Added: ", removed: "Removed: ", skipped: "" } as const;

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const [shown, more] = useShown(FIRST * 4, STEP * 4);
  return (
    <>
      <ol class={styles["block"]}>
        {lines.slice(0, shown).map(({ change, text }, index) => (
          <li key={index} class={styles["line"]} data-change={change}>
            <span class={styles["sign"]} aria-hidden="true">
              {SIGNS[change]}
            </span>
            <span class={styles["text"]}>
              <span class="visually-hidden">{WORDS[change]}</span>
              <LongText text={text} />
            </span>
          </li>
        ))}
      </ol>
      <More shown={shown} total={lines.length} step={STEP * 4} of="lines" onMore={more} />
    </>
  );
}
