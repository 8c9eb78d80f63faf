import type { Drop, Write } from "./write.ts";

const REMEMBER = "UPDATE positions SET position = max(position, (SELECT coalesce(max(position), 0) FROM events))";
const DROP = "DELETE FROM events WHERE tenant = ? AND subject = ? AND seq <= ?";

/** The last position is kept first: the event that has it may be among those that go. */
export function dropping(tenant: string, drops: readonly Drop[]): readonly Write[] {
  if (drops.length === 0) return [];
  return [
    (connection) => connection.run(REMEMBER),
    ...drops.map(
      ({ subject, through }): Write =>
        (connection) =>
          connection.run(DROP, tenant, subject, through),
    ),
  ];
}
