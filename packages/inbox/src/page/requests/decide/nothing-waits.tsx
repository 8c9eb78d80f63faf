import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../look/button.tsx";
import type { Desk } from "../desk.ts";
import { DoneLine } from "./done-line.tsx";
import styles from "./nothing-waits.module.css";

/** Nothing is left to decide: what somebody sees, and where their focus goes, behind the last one. */
export function NothingWaits({ desk }: { readonly desk: Desk }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (desk.decider.arrive()) heading.current?.focus();
  }, []);
  const { list } = desk;
  const fresh = list.fresh.value.count;
  const { size: decided } = desk.decider.decided();
  return (
    <div class={styles["nothing"]}>
      <h2 ref={heading} tabIndex={-1}>
        Nothing waits for you.
      </h2>
      {fresh > 0 && (
        <Button look="main" onPress={() => void list.readAnew()}>
          {fresh === 1 ? "A new one has come: show it" : `${fresh} new ones have come: show them`}
        </Button>
      )}
      {decided > 0 && <p>You decided {decided} since you came.</p>}
      <DoneLine desk={desk} />
    </div>
  );
}
