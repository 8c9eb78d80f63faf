import { isApiError, type Freeze } from "@countersign/server/client";
import { personText, visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { ConfirmDialog } from "../look/confirm-dialog.tsx";
import { Time } from "../look/moment.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import { scopeText } from "./freeze-scope.ts";
import { liftingTexts } from "./reach.ts";
import { ReachView } from "./reach-view.tsx";

interface LiftProps {
  readonly freeze: Freeze;
  readonly refresh: () => Promise<void>;
  readonly onClose: () => void;
}

const ALSO = ["Calls that the policy allows run again.", "What another freeze covers stays stopped."];

export function Lift({ freeze, refresh, onClose }: LiftProps) {
  const { announcer, client } = useApp();
  const { id, by, at, reason } = freeze;
  async function lift(): Promise<void> {
    await client.liftFreeze(id);
    announcer.say(`Lifted: ${scopeText(freeze)}`);
    await refresh();
  }
  return (
    <ConfirmDialog
      title="Lift this freeze?"
      act="Lift"
      acting="Lifting…"
      leave="Keep it"
      look="main"
      refusal={refusalText}
      run={lift}
      onClose={onClose}
    >
      <p>
        <strong>
          <VisibleText text={scopeText(freeze)} />
        </strong>
        , frozen by <VisibleText text={personText(by)} />, <Time at={at} />: <VisibleText text={visible(reason)} />
      </p>
      <ReachView scope={freeze} title="What goes on then" texts={liftingTexts} also={ALSO} />
    </ConfirmDialog>
  );
}

function refusalText(error: unknown): string | undefined {
  if (isApiError(error, "FORBIDDEN")) return "You may not lift it. Operators can.";
  return isApiError(error, "FREEZE_NOT_FOUND") ? "It isn't there any more, or not for you to see." : undefined;
}
