import { ownParties, partiesOn, statesOf, UNFINISHED, type RequestQuery } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { toText } from "./text.ts";

/** To look at so many one by one takes less time than to go through all that is pending. */
const FEW = 20_000;

/** Of a list of what is pending: has whoever may see it asked and signed only a few, in all states? False where nobody asks for it. */
export async function hasFew(connection: Connection, tenant: string, query: RequestQuery): Promise<boolean> {
  const { visibleTo, decidedBy, reviewableBy } = query;
  const isAsked = visibleTo && decidedBy === undefined && !reviewableBy && statesOf(query).every((state) => state === "pending");
  if (!isAsked) return false;
  const own = `SELECT FROM ${connection.schema}.parties WHERE tenant = $1 AND who = ANY ($2::text[]) LIMIT ${FEW + 1}`;
  const [row] = await connection.ask(`SELECT count(*) AS count FROM (${own}) AS own`, [toText(tenant), ownParties(visibleTo).map(toText)]);
  return Number(row?.["count"]) <= FEW;
}

/** Of a list of what is no longer under way: are fewer in its states than those that whoever may see it has to do with? */
export async function areRare(connection: Connection, tenant: string, query: RequestQuery): Promise<boolean> {
  const { visibleTo, decidedBy, reviewableBy } = query;
  const states = statesOf(query);
  const [parties = []] = partiesOn(query);
  if (!visibleTo || decidedBy !== undefined || reviewableBy || states.every((state) => UNFINISHED.includes(state))) return false;
  const count = async (rows: string, among: readonly string[], limit: number): Promise<number> => {
    const rowsOf = `SELECT FROM ${connection.schema}.${rows} = ANY ($2::text[]) LIMIT ${limit}`;
    const [row] = await connection.ask(`SELECT count(*) AS count FROM (${rowsOf}) AS found`, [toText(tenant), among]);
    return Number(row?.["count"]);
  };
  const found = await count("requests WHERE tenant = $1 AND state", states, FEW + 1);
  return found <= FEW && (await count("parties WHERE tenant = $1 AND who", parties.map(toText), found + 1)) > found;
}
