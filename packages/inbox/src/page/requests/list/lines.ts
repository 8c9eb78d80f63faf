import type { Row } from "./row.ts";
import { isWaiting } from "./row.ts";

/** Calls of one tool by one agent. */
export interface Group {
  readonly key: string;
  readonly tool: string;
  readonly agent: string;
  readonly rows: readonly Row[];
}

/** What is drawn below each other. `key` is the row's id, or the group's. */
export type Line =
  | { readonly kind: "row"; readonly key: string; readonly row: Row; readonly isInGroup: boolean }
  | { readonly kind: "group"; readonly key: string; readonly group: Group; readonly isOpen: boolean };

/** Rows as lines. A group stands where the first of its rows does; one alone is none. */
export function linesOf(rows: readonly Row[], isGrouped: boolean, open: ReadonlySet<string>): readonly Line[] {
  const marked = withRepeated(rows);
  if (!isGrouped) return marked.map((row) => lineOf(row, false));
  return [...Map.groupBy(marked, ({ tool, agent }) => `group ${JSON.stringify([tool, agent])}`)].flatMap(
    ([key, members]): readonly Line[] => {
      const [first] = members;
      if (!first || members.length === 1) return members.map((row) => lineOf(row, false));
      const isOpen = open.has(key);
      const group = { key, tool: first.tool, agent: first.agent, rows: members };
      return [{ kind: "group", key, group, isOpen }, ...(isOpen ? members.map((row) => lineOf(row, true)) : [])];
    },
  );
}

function lineOf(row: Row, isInGroup: boolean): Line {
  return { kind: "row", key: row.id, row, isInGroup };
}

const REPEATED = "asked twice";

/** The server sees what is repeated on one page of rows. Here there are several. */
function withRepeated(rows: readonly Row[]): readonly Row[] {
  const counts = new Map<string, number>();
  for (const row of rows) if (isWaiting(row)) counts.set(row.digest, (counts.get(row.digest) ?? 0) + 1);
  return rows.map((row) => {
    const isRepeated = isWaiting(row) && (counts.get(row.digest) ?? 0) > 1;
    return isRepeated && !row.marks.some((mark) => / before$|^asked twice$/.test(mark)) ? { ...row, marks: [REPEATED, ...row.marks] } : row;
  });
}

const RISKS = ["low", "medium", "high"] as const;

/** The gravest of what is in it. */
export function riskOfGroup({ rows }: Group): Row["risk"] {
  return RISKS.findLast((level) => rows.some(({ risk }) => risk === level));
}

/** The earliest deadline in it. */
export function deadlineOfGroup({ rows }: Group): number | undefined {
  const times = rows.flatMap((row) => (isWaiting(row) && row.deadline ? [row.deadline.at] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}
