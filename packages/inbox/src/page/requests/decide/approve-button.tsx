import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../look/button.tsx";
import { Icon } from "../../look/icon.tsx";
import { STILL } from "../../look/use-meant.ts";
import styles from "./approve-button.module.css";
import { isCoarse } from "./coarse.ts";
import { approveBy, HOLD, isPlain, type Care, type Means } from "./how-to-approve.ts";

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

type Hold = "none" | "begun" | "long enough";
const HOLDING: Readonly<Partial<Record<Hold, string>>> = { begun: "Keep holding…", "long enough": "Let go to approve" };

interface Press {
  /** The kind of pointer, empty for a key. */
  readonly by: string;
  /** As events tell time. */
  readonly begun: number;
  readonly timer?: number;
  /** It was a hold, and has signed. */
  readonly isDone?: boolean;
}
const NO_PRESS: Press = { by: "", begun: 0 };

/** Approve, by the rule of how-to-approve. */
export function ApproveButton({ care, whyNot, busy, since, onSign, onAsk }: ApproveButtonProps) {
  const hold = useSignal<Hold>("none");
  const press = useRef(NO_PRESS);
  const isOff = whyNot !== undefined || busy !== undefined;
  const canHold = isPlain(care);
  const isStill = ({ timeStamp }: Event): boolean => timeStamp - since >= STILL;

  function release(): void {
    clearTimeout(press.current.timer);
    hold.value = "none";
  }
  // Whatever changes what is held for begins anew.
  useEffect(() => release, [care, isOff, since]);

  return (
    <span class={styles["hold"]} data-holding={hold.value !== "none"}>
      <Button
        look="main"
        shortcut="a"
        whyNot={whyNot}
        busy={busy}
        onPointerDown={(event) => {
          release();
          const begun = { by: event.pointerType, begun: event.timeStamp };
          press.current = begun;
          if (isOff || !event.isPrimary || approveBy(care, meansOf(event.pointerType)) !== "hold" || !isStill(event)) return;
          letGo(event);
          hold.value = "begun";
          press.current = { ...begun, timer: setTimeout(() => (hold.value = "long enough"), HOLD) };
        }}
        onPointerUp={({ timeStamp }) => {
          // A busy page hears of it late: how long it was held, the two events say, and no timer.
          const isHeld = hold.value !== "none" && timeStamp - press.current.begun >= HOLD;
          release();
          press.current = { ...press.current, isDone: isHeld };
          if (isHeld) onSign();
        }}
        onPointerCancel={release}
        onPointerLeave={release}
        onContextMenu={(event) => {
          if (hold.value !== "none") event.preventDefault();
        }}
        onPress={(event) => {
          const { by, isDone } = press.current;
          press.current = NO_PRESS;
          // Neither the end of a hold, nor the second click of a double click.
          if (isDone || event.detail > 1) return;
          const means = event.detail === 0 ? "key" : meansOf(by);
          if (approveBy(care, means) !== "sign") onAsk();
          else if (isStill(event)) onSign();
        }}
      >
        <Icon name="check" />
        {HOLDING[hold.value] ?? (isCoarse.value && canHold ? "Hold to approve" : "Approve")}
      </Button>
    </span>
  );
}

/** Browsers keep a touch with what it began on. Let go of, it leaves when the finger slides off. */
function letGo({ target, pointerId }: PointerEvent): void {
  if (target instanceof Element && target.hasPointerCapture(pointerId)) target.releasePointerCapture(pointerId);
}

function meansOf(pointer: string): Means {
  return pointer === "mouse" ? "mouse" : pointer === "" ? "key" : "finger";
}
