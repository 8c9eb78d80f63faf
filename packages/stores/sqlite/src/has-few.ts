import { ownParties, type RequestQuery, type RequestState } from "@countersign/core/store";
import { AMONG } from "./conditions.ts";
import type { Connection } from "./connection.ts";
import { encode } from "./json.ts";

/** To look at so many one by one takes less time than to go through all that is pending. */
const FEW = 20_000;

/** Has whoever may see what is looked for asked and signed only a few, in all states? False where nobody asks for it. */
export function hasFew(connection: Connection, tenant: string, { visibleTo }: RequestQuery): boolean {
  if (!visibleTo) return false;
  const row = connection.get(
    `SELECT count(*) AS count FROM (SELECT 1 FROM parties WHERE tenant = ? AND who IN ${AMONG} LIMIT ?)`,
    tenant,
    encode(ownParties(visibleTo)),
    FEW + 1,
  );
  return Number(row?.["count"]) <= FEW;
}

/** Are only a few in one of these states, and fewer than those that these parties have to do with? */
export function areRare(connection: Connection, tenant: string, states: readonly RequestState[], parties: readonly string[]): boolean {
  const count = (rows: string, among: readonly string[], limit: number): number =>
    Number(
      connection.get(`SELECT count(*) AS count FROM (SELECT 1 FROM ${rows} IN ${AMONG} LIMIT ?)`, tenant, encode(among), limit)?.["count"],
    );
  const found = count("requests INDEXED BY requests_by_state WHERE tenant = ? AND state", states, FEW + 1);
  return found <= FEW && count("parties WHERE tenant = ? AND who", parties, found + 1) > found;
}
