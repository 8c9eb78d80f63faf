import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../look/button.tsx";
import { Icon } from "../../look/icon.tsx";
import styles from "./approve-button.module.css";
import { isCoarse } from "./coarse.ts";
import { approveBy, HOLD, isPlain, STILL, type Care, type Means } from "./how-to-approve.ts";

interface ApproveButtonProps {
  readonly care: Care;
  readonly whyNot: string | undefined;
  readonly busy: string | undefined;
  /** Since when exactly this is shown, as `performance.now()` tells it. */
  readonly since: number;
  readonly onSign: () => void;
  /** Names what will happen, and waits for another press. */
  readonly onAsk: () => void;
}

/** Approve, by the rule of how-to-approve. */
export function ApproveButton({ care, whyNot, busy, since, onSign, onAsk }: ApproveButtonProps) {
  const isHolding = useSignal(false);
  const hold = useRef<{ by: string; timer: number | undefined; isDone: boolean }>({ by: "", timer: undefined, isDone: false });
  const isOff = whyNot !== undefined || busy !== undefined;
  const canHold = isPlain(care);
  const isStill = ({ timeStamp }: Event): boolean => timeStamp - since >= STILL;

  function release(): void {
    clearTimeout(hold.current.timer);
    isHolding.value = false;
  }
  // Whatever changes what is held for begins anew.
  useEffect(() => release, [care, isOff, since]);

  return (
    <span class={styles["hold"]} data-holding={isHolding.value}>
      <Button
        look="main"
        shortcut="a"
        whyNot={whyNot}
        busy={busy}
        onPointerDown={(event) => {
          hold.current = { by: event.pointerType, timer: undefined, isDone: false };
          if (isOff || !event.isPrimary || approveBy(care, meansOf(event.pointerType)) !== "hold" || !isStill(event)) return;
          isHolding.value = true;
          hold.current.timer = setTimeout(() => {
            hold.current.isDone = true;
            isHolding.value = false;
            onSign();
          }, HOLD);
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onPointerLeave={release}
        onContextMenu={(event) => {
          if (isHolding.value) event.preventDefault();
        }}
        onPress={(event) => {
          const { by, isDone } = hold.current;
          hold.current = { by: "", timer: undefined, isDone: false };
          // Neither the end of a hold, nor the second click of a double click.
          if (isDone || event.detail > 1) return;
          const means = event.detail === 0 ? "key" : meansOf(by);
          if (approveBy(care, means) !== "sign") onAsk();
          else if (isStill(event)) onSign();
        }}
      >
        <Icon name="check" />
        {isHolding.value ? "Keep holding…" : isCoarse.value && canHold ? "Hold to approve" : "Approve"}
      </Button>
    </span>
  );
}

function meansOf(pointer: string): Means {
  return pointer === "mouse" ? "mouse" : pointer === "" ? "key" : "finger";
}
