import type { ComponentChildren } from "preact";
import { useApp } from "../../app-context.ts";
import { ActionLink } from "../../look/action-link.tsx";
import { Button } from "../../look/button.tsx";
import { Panel } from "./panel.tsx";
import styles from "./panel.module.css";
import type { Part } from "./part.ts";

interface MorePanelProps extends Pick<Part, "answer" | "onClose"> {
  readonly onCancel: () => void;
  readonly onSettle: () => void;
}

/** What is seldom done about a request, each with why it can't be. */
export function MorePanel({ answer: { request, review, may }, onClose, onCancel, onSettle }: MorePanelProps) {
  const { route } = useApp();
  const tool = request.namespace === undefined ? request.tool : `${request.namespace}/${request.tool}`;
  const words = <>Freeze {review.tool}…</>;
  return (
    <Panel title="More" onClose={onClose}>
      <ul class={styles["choices"]}>
        <Row permission={may.cancel} help="Nobody has to decide it any more, and it does not run.">
          <Button whyNot={reasonOf(may.cancel)} onPress={onCancel}>
            Withdraw it…
          </Button>
        </Row>
        {request.execution === "unknown" && (
          <Row permission={may.settle} help="It was started, and nobody knows how it ended.">
            <Button whyNot={reasonOf(may.settle)} onPress={onSettle}>
              Say what happened…
            </Button>
          </Row>
        )}
        <Row permission={may.freeze} help="No call of it runs until somebody lifts the freeze.">
          {may.freeze.allowed ? (
            <ActionLink href={route.href({ page: "freezes" }, new URLSearchParams({ tool }))}>{words}</ActionLink>
          ) : (
            <Button whyNot={may.freeze.reason}>{words}</Button>
          )}
        </Row>
      </ul>
      <div class={styles["foot"]}>
        <Button look="quiet" shortcut="Escape" onPress={onClose}>
          Close
        </Button>
      </div>
    </Panel>
  );
}

type Permission = Part["answer"]["may"]["cancel"];

function Row({
  permission,
  help,
  children,
}: {
  readonly permission: Permission;
  readonly help: string;
  readonly children: ComponentChildren;
}) {
  return (
    <li class={styles["row"]}>
      {children}
      <span class={styles["soft"]}>{permission.allowed ? help : permission.reason}</span>
    </li>
  );
}

function reasonOf(permission: Permission): string | undefined {
  return permission.allowed ? undefined : permission.reason;
}
