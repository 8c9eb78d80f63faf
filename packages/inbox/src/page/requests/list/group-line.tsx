import { useComputed } from "@preact/signals";
import { Icon } from "../../look/icon.tsx";
import { Risk } from "../../look/risk.tsx";
import { waitingIn, type Cursor } from "./cursor.ts";
import styles from "./line.module.css";
import { deadlineOfGroup, riskOfGroup, type Line } from "./lines.ts";
import type { List } from "./list.ts";
import { Select } from "./select.tsx";
import { TimeLeft } from "./time-left.tsx";

interface GroupLineProps {
  readonly list: List;
  readonly cursor: Cursor;
  readonly line: Extract<Line, { kind: "group" }>;
  readonly isFirst: boolean;
}

/** Calls of one tool by one agent, folded. */
export function GroupLine({ list, cursor, line, isFirst }: GroupLineProps) {
  const { key, group, isOpen } = line;
  const { rows, tool, agent } = group;
  const isCurrent = useComputed(() => cursor.current.value === key);
  const ids = waitingIn(line);
  const chosen = ids.filter((id) => list.selected.value.has(id)).length;
  const tabIndex = isCurrent.value || (isFirst && cursor.current.value === undefined) ? 0 : -1;
  const risk = riskOfGroup(group);
  const deadline = deadlineOfGroup(group);
  return (
    <div class={styles["line"]} role="listitem" data-group={isOpen ? "open" : "folded"} data-selected={chosen > 0 && chosen === ids.length}>
      <Select
        label={`all ${ids.length} of ${tool} by ${agent}`}
        isSelected={chosen > 0 && chosen === ids.length}
        isPartly={chosen > 0 && chosen < ids.length}
        isOff={ids.length === 0}
        tabIndex={tabIndex}
        line={key}
        cursor={cursor}
      />
      <button
        type="button"
        class={styles["link"]}
        data-line={key}
        tabIndex={tabIndex}
        aria-expanded={isOpen}
        onClick={() => cursor.toggleGroup(key)}
      >
        <span class={styles["title"]} data-value>
          <span class={styles["fold"]}>
            <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
          </span>
          {rows.length} × {tool}
        </span>
        {deadline !== undefined && <TimeLeft deadline={deadline} isSoon={rows.some(({ marks }) => marks.includes("due soon"))} />}
        <span class={styles["meta"]}>
          {risk && (
            <span class={styles["most"]}>
              {rows.some((row) => row.risk !== risk) && <span>up to</span>}
              <Risk level={risk} />
            </span>
          )}
          <span class={styles["by"]} data-value>
            {agent}
          </span>
        </span>
        {!isOpen && (
          <span class={styles["preview"]} data-value>
            {rows
              .slice(0, 3)
              .map(({ title }) => title)
              .join(" · ")}
          </span>
        )}
      </button>
    </div>
  );
}
