import { useComputed } from "@preact/signals";
import { useApp } from "../../app-context.ts";
import { Chip } from "../../look/chip.tsx";
import { Icon, type IconName } from "../../look/icon.tsx";
import { Time } from "../../look/moment.tsx";
import { Risk } from "../../look/risk.tsx";
import type { Cursor } from "./cursor.ts";
import styles from "./line.module.css";
import type { List } from "./list.ts";
import { Mark } from "./mark.tsx";
import { isWaiting, type Row } from "./row.ts";
import { Select } from "./select.tsx";
import { TimeLeft } from "./time-left.tsx";
import { decidedText, shortTitle } from "./words.ts";

const DUE = "due soon";
const STATUS_ICONS: Readonly<Record<Row["status"], IconName>> = {
  pending: "signature",
  approved: "check",
  rejected: "close",
  expired: "clock",
  cancelled: "dash",
};

interface RowLineProps {
  readonly list: List;
  readonly cursor: Cursor;
  readonly row: Row;
  readonly isInGroup: boolean;
  readonly isFirst: boolean;
}

/** One request of the list: its consequence in words, and how it stands. */
export function RowLine({ list, cursor, row, isInGroup, isFirst }: RowLineProps) {
  const { route } = useApp();
  const { id } = row;
  const isOpen = useComputed(() => route.place.value.id === id);
  const isComing = useComputed(() => route.place.value.id === undefined && cursor.current.value === id);
  const isCurrent = useComputed(() => cursor.current.value === id);
  const isSelected = useComputed(() => list.selected.value.has(id));
  const waits = isWaiting(row);
  const tabIndex = isCurrent.value || (isFirst && cursor.current.value === undefined) ? 0 : -1;
  return (
    <div
      class={styles["line"]}
      role="listitem"
      data-gone={row.isGone}
      data-open={isOpen.value}
      data-selected={isSelected.value}
      data-in-group={isInGroup}
    >
      <Select label={row.title} isSelected={isSelected.value} isOff={!waits} tabIndex={tabIndex} line={id} cursor={cursor} />
      <a
        class={styles["link"]}
        data-line={id}
        data-arrives={isComing.value ? "" : undefined}
        href={route.href({ page: "requests", id }, route.query.value)}
        aria-current={isOpen.value ? "true" : undefined}
        tabIndex={tabIndex}
      >
        <span class={styles["title"]} data-value title={row.title}>
          {shortTitle(row.title)}
        </span>
        {waits && row.deadline && <TimeLeft deadline={row.deadline.at} isSoon={row.marks.includes(DUE)} />}
        <span class={styles["meta"]}>
          {waits ? row.risk && <Risk level={row.risk} /> : <Decided row={row} />}
          <By row={row} />
          {row.signatures !== undefined && waits && <span>{row.signatures} signed</span>}
          <Marks row={row} />
        </span>
      </a>
    </div>
  );
}

function By({ row: { askedBy, agent } }: { readonly row: Row }) {
  return (
    <span class={styles["by"]} data-value>
      {askedBy === undefined ? agent : `${askedBy.replace(/ \(.*$/, "")} via ${agent}`}
    </span>
  );
}

function Decided({ row }: { readonly row: Row }) {
  const { status, execution, decided } = row;
  const isUnknown = status === "approved" && execution === "unknown";
  return (
    <span class={styles["decided"]} data-status={isUnknown ? "unknown" : status}>
      <Icon name={isUnknown ? "question" : STATUS_ICONS[status]} />
      <span data-value>
        {decidedText(row)}
        {decided && status !== "pending" && (
          <>
            , <Time at={decided.at} />
          </>
        )}
      </span>
    </span>
  );
}

function Marks({ row }: { readonly row: Row }) {
  const marks = row.marks.filter((mark) => mark !== DUE || row.deadline === undefined);
  return (
    <>
      {row.isNew && <Chip tone="good">new</Chip>}
      {marks.map((mark) => (
        <Mark key={mark} text={mark} />
      ))}
    </>
  );
}
