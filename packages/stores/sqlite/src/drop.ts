import type { Drop, Write } from "./write.ts";

const REMEMBER = `INSERT INTO positions (tenant, position)
  SELECT tenant, max(position) FROM events WHERE tenant = ? GROUP BY tenant
  ON CONFLICT (tenant) DO UPDATE SET position = max(position, excluded.position)`;
const DROP = "DELETE FROM events WHERE tenant = ? AND subject = ? AND seq <= ?";

/** The last position is kept first: the event that has it may be among those that go. */
export function dropping(tenant: string, drops: readonly Drop[]): readonly Write[] {
  if (drops.length === 0) return [];
  return [
    (connection) => connection.run(REMEMBER, tenant),
    ...drops.map(
      ({ subject, through }): Write =>
        (connection) =>
          connection.run(DROP, tenant, subject, through),
    ),
  ];
}
