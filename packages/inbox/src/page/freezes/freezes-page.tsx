import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Freeze } from "@countersign/server/client";
import { personText, visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { Icon } from "../look/icon.tsx";
import { Listing } from "../look/listing.tsx";
import { Time } from "../look/moment.tsx";
import { PageFrame } from "../look/page-frame.tsx";
import { Table, type Column } from "../look/table.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import { useFresh } from "../reading/use-fresh.ts";
import { usePaged } from "../reading/use-paged.ts";
import { FreezeDialog } from "./freeze-dialog.tsx";
import { scopeText } from "./freeze-scope.ts";
import { Lift } from "./lift.tsx";
import styles from "./freezes-page.module.css";

const ABOUT =
  "A freeze stops calls at once, signed or not, until an operator lifts it. Signatures stay good meanwhile. What has begun goes on.";
const SUBJECT = "thread/countersign/freezes";

export function FreezesPage() {
  const { client, route, session } = useApp();
  const isOperator = session.me.value?.isOperator ?? false;
  const freezes = usePaged<Freeze, { readonly items: readonly Freeze[] }>((_after, signal) => client.listFreezes({ signal }), [client]);
  useFresh(({ subject }) => subject === SUBJECT, freezes.refresh);
  const lifting = useSignal<Freeze | undefined>(undefined);
  const isFreezing = useSignal(false);
  const [tool, agent] = ["tool", "agent"].map((name) => route.query.value.get(name) ?? "") as [string, string];
  useEffect(() => {
    if (tool !== "" || agent !== "") isFreezing.value = true;
  }, [tool, agent]);
  const columns: readonly Column<Freeze>[] = [
    {
      name: "Frozen",
      kind: "name",
      cell: (freeze) => (
        <span class={styles["what"]}>
          <Icon name="frozen" /> <VisibleText text={scopeText(freeze)} />
        </span>
      ),
    },
    { name: "Why", cell: ({ reason }) => <VisibleText text={visible(reason)} /> },
    { name: "By", cell: ({ by }) => <VisibleText text={personText(by)} /> },
    { name: "Since", cell: ({ at }) => <Time at={at} /> },
    ...(isOperator ? [{ name: "Lift", kind: "act" as const, cell: (freeze: Freeze) => <Button onPress={() => (lifting.value = freeze)}>Lift…</Button> }] : []), // prettier-ignore
  ];
  return (
    <PageFrame
      title="Freezes"
      about={ABOUT}
      action={
        <Button look="danger" onPress={() => (isFreezing.value = true)}>
          Freeze…
        </Button>
      }
    >
      <Listing of={freezes} none="Nothing is frozen.">
        {(all) => (
          <>
            <Table caption="What is frozen now" columns={columns} rows={all} keyOf={({ id }) => id} />
            {!isOperator && <p>Operators lift a freeze. Ask one of them when it is over.</p>}
          </>
        )}
      </Listing>
      {isFreezing.value && (
        <FreezeDialog
          tool={tool}
          agent={agent}
          refresh={freezes.refresh}
          onClose={() => {
            isFreezing.value = false;
            if (tool !== "" || agent !== "") route.go({ page: "freezes" }, undefined, { replace: true });
          }}
        />
      )}
      {lifting.value && <Lift freeze={lifting.value} refresh={freezes.refresh} onClose={() => (lifting.value = undefined)} />}
    </PageFrame>
  );
}
