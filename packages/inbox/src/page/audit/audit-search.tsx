import { useSignal } from "@preact/signals";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { Field } from "../look/field.tsx";
import { Tabs } from "../look/tabs.tsx";
import { localText, localTime, queryOf, RANGES, type AuditFilter } from "./audit-filter.ts";
import styles from "./audit-page.module.css";
import { EVENT_NAMES } from "./event-text.ts";

type Draft = Readonly<Record<"subject" | "type" | "actor" | "since" | "until", string>>;

/** The conditions, as they are filled in. They count once somebody searches, and then the address has them. */
export function AuditSearch({ filter }: { readonly filter: AuditFilter }) {
  const { route } = useApp();
  const draft = useSignal<Draft>({
    subject: filter.subject ?? "",
    type: filter.type ?? "",
    actor: filter.actor ?? "",
    since: localText(filter.since),
    until: localText(filter.until),
  });
  const { subject, type, actor, since, until } = draft.value;
  const fill = (given: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...given };
  };

  function search(): void {
    const texts = Object.fromEntries(Object.entries({ subject, type, actor }).filter(([, text]) => text.trim() !== ""));
    // A minute that wasn't touched keeps its seconds.
    const [from, to] = [
      since === localText(filter.since) ? filter.since : localTime(since),
      until === localText(filter.until) ? filter.until : localTime(until),
    ];
    route.go({ page: "audit" }, queryOf({ ...texts, ...(from !== undefined && { since: from }), ...(to !== undefined && { until: to }) }));
  }

  const ranges = RANGES.map(({ name, back }) => ({
    name,
    href: route.href({ page: "audit" }, rangeOf(filter, back)),
    isChosen: back === undefined && filter.since === undefined && filter.until === undefined,
  }));
  return (
    <search class={styles["search"]}>
      <form
        class={styles["fields"]}
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <Field label="About">
          {(field) => (
            <input {...field} placeholder="A request’s id, thread/… or grant/…" autocomplete="off" spellcheck={false} value={subject} onInput={({ currentTarget }) => fill({ subject: currentTarget.value })} /> // prettier-ignore
          )}
        </Field>
        <Field label="What happened">
          {(field) => (
            <select {...field} value={type} onChange={({ currentTarget }) => fill({ type: currentTarget.value })}>
              <option value="">Anything</option>
              {[...new Set([...EVENT_NAMES.keys(), ...(type === "" ? [] : [type])])].map((each) => (
                <option key={each} value={each}>
                  {EVENT_NAMES.get(each) ?? visible(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="By">
          {(field) => (
            <input {...field} placeholder="The id of a person or program" autocomplete="off" spellcheck={false} value={actor} onInput={({ currentTarget }) => fill({ actor: currentTarget.value })} /> // prettier-ignore
          )}
        </Field>
        <Field label="From">
          {(field) => (
            <input {...field} type="datetime-local" value={since} onInput={({ currentTarget }) => fill({ since: currentTarget.value })} />
          )}
        </Field>
        <Field label="Until">
          {(field) => (
            <input {...field} type="datetime-local" value={until} onInput={({ currentTarget }) => fill({ until: currentTarget.value })} />
          )}
        </Field>
        <Button look="main" type="submit">
          Search
        </Button>
      </form>
      <Tabs label="Time" tabs={ranges} />
    </search>
  );
}

function rangeOf({ until: _until, ...filter }: AuditFilter, back: number | undefined): URLSearchParams {
  return queryOf({ ...filter, since: back === undefined ? 0 : Date.now() - back });
}
