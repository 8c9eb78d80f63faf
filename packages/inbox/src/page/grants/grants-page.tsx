import { useSignal } from "@preact/signals";
import type { Grant } from "@countersign/server/client";
import { personText, visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { Chip } from "../look/chip.tsx";
import { Field } from "../look/field.tsx";
import { Listing } from "../look/listing.tsx";
import { Time } from "../look/moment.tsx";
import { now } from "../look/now.ts";
import { PageFrame } from "../look/page-frame.tsx";
import { Table, type Column } from "../look/table.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import { useFresh } from "../reading/use-fresh.ts";
import { usePaged } from "../reading/use-paged.ts";
import { Decides } from "./decides.tsx";
import { leftText, stateOf, toolOf } from "./grant-text.ts";
import styles from "./grants-page.module.css";
import { Revoke } from "./revoke.tsx";

const ABOUT =
  "A grant is a decision that a reviewer lets hold for later calls. Nobody is asked about the calls that it covers. Whoever may sign such a call can revoke it.";
/** A decision may leave one behind, and a covered call takes a use: those who don't see all hear of these alone. */
const TYPES: ReadonlySet<string> = new Set(["approved", "rejected", "granted"]);

export function GrantsPage() {
  const { client, route } = useApp();
  const grants = usePaged<Grant, { readonly items: readonly Grant[] }>((_after, signal) => client.listGrants({}, { signal }), [client]);
  useFresh(({ subject, type }) => subject.startsWith("grant/") || TYPES.has(type), grants.refresh);
  const revoking = useSignal<Grant | undefined>(undefined);
  const tool = route.query.value.get("tool") ?? "";
  const revoke = (grant: Grant): void => {
    revoking.value = grant;
  };
  return (
    <PageFrame title="Grants" about={ABOUT}>
      <Listing of={grants} none="There are no grants. A reviewer can leave one behind while they sign, where the rule’s terms offer it.">
        {(all) => (
          <>
            <ToolFilter tools={[...new Set([...all.map(toolOf), ...(tool === "" ? [] : [tool])])].sort()} tool={tool} />
            <Grants grants={all.filter((grant) => tool === "" || toolOf(grant) === tool)} onRevoke={revoke} />
          </>
        )}
      </Listing>
      {revoking.value && (
        <Revoke
          grant={revoking.value}
          refresh={grants.refresh}
          onClose={() => {
            revoking.value = undefined;
          }}
        />
      )}
    </PageFrame>
  );
}

function ToolFilter({ tools, tool }: { readonly tools: readonly string[]; readonly tool: string }) {
  const { route } = useApp();
  if (tools.length < 2 && tool === "") return null;
  const choose = (chosen: string): void =>
    route.go({ page: "grants" }, chosen === "" ? undefined : new URLSearchParams({ tool: chosen }), { replace: true });
  return (
    <div class={styles["filter"]}>
      <Field label="Tool">
        {(field) => (
          <select {...field} value={tool} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="">All tools</option>
            {tools.map((name) => (
              <option key={name} value={name}>
                {visible(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function Grants({ grants, onRevoke }: { readonly grants: readonly Grant[]; readonly onRevoke: (grant: Grant) => void }) {
  const live = grants.filter((grant) => stateOf(grant, now.value) === "live");
  const ended = grants.filter((grant) => !live.includes(grant));
  const columns: readonly Column<Grant>[] = [
    { name: "Decides", kind: "name", cell: (grant) => <Decides grant={grant} /> },
    { name: "Given by", cell: ({ by }) => <VisibleText text={personText(by)} /> },
    { name: "Left", cell: leftText },
    { name: "Until", cell: ({ expiresAt }) => (expiresAt === undefined ? "No end" : <Time at={expiresAt} />) },
    { name: "Revoke", kind: "act", cell: (grant) => <Button onPress={() => onRevoke(grant)}>Revoke…</Button> },
  ];
  const past: readonly Column<Grant>[] = [
    ...columns.slice(0, 2),
    { name: "Ended", cell: (grant) => <Ended grant={grant} state={stateOf(grant, now.value)} /> },
  ];
  return (
    <>
      {live.length === 0 && <p>None of them decides anything now.</p>}
      {live.length > 0 && <Table caption="Grants that count" columns={columns} rows={live} keyOf={({ id }) => id} />}
      {ended.length > 0 && (
        <details class={styles["ended"]}>
          <summary>{ended.length === 1 ? "1 has ended" : `${ended.length.toLocaleString("en-US")} have ended`}</summary>
          <Table caption="Grants that have ended" columns={past} rows={ended} keyOf={({ id }) => id} isFaded />
        </details>
      )}
    </>
  );
}

function Ended({ grant: { revokedAt, expiresAt }, state }: { readonly grant: Grant; readonly state: ReturnType<typeof stateOf> }) {
  const at = state === "revoked" ? revokedAt : state === "expired" ? expiresAt : undefined;
  return (
    <div class={styles["state"]}>
      <Chip>{state}</Chip>
      {at !== undefined && <Time at={at} />}
    </div>
  );
}
