import type { Signal } from "@preact/signals";
import type { Review } from "@countersign/server/client";
import { pathText } from "@countersign/review";
import { Button } from "../../look/button.tsx";
import { Notice } from "../../look/notice.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import type { ArgsPath } from "./args-path.ts";
import { More, useShown } from "./more.tsx";
import { RequestLink } from "./request-link.tsx";
import styles from "./warnings.module.css";

const FIRST = 10;
const STEP = 100;
const FIRST_REQUESTS = 5;

interface WarningsProps {
  readonly warnings: Review["warnings"];
  /** Set, to lead to a value. */
  readonly sought: Signal<ArgsPath | undefined>;
}

/** What should be known before somebody signs, the gravest first. */
export function Warnings({ warnings, sought }: WarningsProps) {
  const [shown, more] = useShown(FIRST, STEP);
  if (warnings.length === 0) return null;
  return (
    <section class={styles["warnings"]} aria-labelledby="warnings">
      <h2 class="visually-hidden" id="warnings">
        Warnings
      </h2>
      <ul class={styles["list"]}>
        {warnings.slice(0, shown).map(({ severity, text, path, requests }, index) => (
          <li key={index}>
            <Notice tone={severity} title={<VisibleText text={text} />}>
              {path && (
                <Button
                  look="quiet"
                  onPress={() => {
                    sought.value = [...path];
                  }}
                >
                  Show {pathText(path)}
                </Button>
              )}
              {requests.length > 0 && <Alike requests={requests} />}
            </Notice>
          </li>
        ))}
      </ul>
      <More shown={shown} total={warnings.length} step={STEP} of="warnings" onMore={more} />
    </section>
  );
}

function Alike({ requests }: { readonly requests: readonly string[] }) {
  const [shown, more] = useShown(FIRST_REQUESTS, 50);
  return (
    <>
      <ul class={styles["requests"]} aria-label="Requests that this is about">
        {requests.slice(0, shown).map((id) => (
          <li key={id}>
            <RequestLink id={id} />
          </li>
        ))}
      </ul>
      <More shown={shown} total={requests.length} step={50} of="requests" onMore={more} />
    </>
  );
}
