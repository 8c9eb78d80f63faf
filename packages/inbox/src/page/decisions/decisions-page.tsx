import type { Decisions, OwnDecision } from "@countersign/server/client";
import { revealed, spanText } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Listing } from "../look/listing.tsx";
import { Time } from "../look/moment.tsx";
import { Notice } from "../look/notice.tsx";
import { PageFrame } from "../look/page-frame.tsx";
import { Table, type Column } from "../look/table.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import { useFresh } from "../reading/use-fresh.ts";
import { usePaged } from "../reading/use-paged.ts";
import styles from "./decisions-page.module.css";
import { DECISION_NAMES, figuresOf, thoughtOf } from "./record-text.ts";

const ABOUT =
  "What you signed, and what came of it. The figures are for you, so that you notice when approving becomes a habit. Nobody is ranked by them.";

const COLUMNS: readonly Column<OwnDecision>[] = [
  { name: "Request", kind: "name", cell: (decision) => <Request decision={decision} /> },
  { name: "You", cell: ({ decision }) => DECISION_NAMES[decision] },
  { name: "When", cell: ({ at }) => <Time at={at} /> },
  { name: "After", cell: ({ took }) => spanText(took) },
  { name: "What came of it", cell: ({ statusText }) => <VisibleText text={revealed(statusText)} /> },
];

export function DecisionsPage() {
  const { client } = useApp();
  const decisions = usePaged<OwnDecision, Decisions>((after, signal) => client.listDecisions({ after }, { signal }), [client]);
  const shown = decisions.items;
  useFresh(({ request, type }) => type === "voted" || type === "approved" || type === "rejected" || (shown.value ?? []).some(({ id }) => id === request?.id), decisions.refresh); // prettier-ignore
  const summary = decisions.first.value?.summary;
  const thought = summary && thoughtOf(summary);
  return (
    <PageFrame title="My decisions" about={ABOUT}>
      {summary && summary.count > 0 && (
        <dl class={styles["figures"]}>
          {figuresOf(summary).map(({ value, says }) => (
            <div key={says} class={styles["figure"]}>
              <dt class={styles["says"]}>{says}</dt>
              <dd class={styles["value"]}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {thought !== undefined && (
        <Notice tone="note" title="A thought">
          <p>{thought}</p>
        </Notice>
      )}
      <Listing of={decisions} none="You haven't signed anything yet.">
        {(all) => <Table caption="Your decisions, the newest first" columns={COLUMNS} rows={all} keyOf={({ id, at }) => `${id} ${at}`} />}
      </Listing>
    </PageFrame>
  );
}

function Request({ decision: { id, title, tool } }: { readonly decision: OwnDecision }) {
  const { route } = useApp();
  return (
    <div class={styles["request"]}>
      <a href={route.href({ page: "requests", id })}>
        <VisibleText text={revealed(title)} />
      </a>
      <span class={styles["tool"]}>
        <VisibleText text={revealed(tool)} />
      </span>
    </div>
  );
}
