import type { AuditEvent } from "@countersign/core";
import { visibleJson } from "@countersign/core/terminal";
import { iso } from "./when.ts";
import type { Column } from "./table.ts";

/** What a line of an audit trail says. The data comes last, because it alone may be long. */
export const EVENT_COLUMNS: readonly Column<AuditEvent>[] = [
  { name: "AT", value: ({ at }) => iso(at) },
  { name: "SUBJECT", value: ({ subject }) => subject },
  { name: "#", value: ({ seq }) => String(seq) },
  { name: "EVENT", value: ({ type }) => type },
  { name: "BY", value: ({ actor }) => actor?.id ?? "-" },
  { name: "DATA", value: ({ data }) => visibleJson(data, 0) },
];
