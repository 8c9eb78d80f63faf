import { randomUUID } from "node:crypto";
import type { Batch, Committed } from "@countersign/core/store";
import { parametersOf } from "./batch.ts";
import { Unanswered, type Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { refusalOf, type Fact } from "./refusal.ts";
import { sqlStateOf } from "./sql-state.ts";
import { isRecognisable, isWritten } from "./written.ts";

/** How often a batch is judged again whose reason to be refused was gone when it was looked up. */
const JUDGED_AGAIN = 10;

/** Which of the two commit functions this process's role may call. */
export type CommitFunction = "commit_2" | "commit_unsigned_2";

/**
 * One call, one round trip. If its answer is lost it is asked again: a batch that was written refuses itself the second
 * time, and then what is there tells whether it was this one.
 * @throws STORE_UNAVAILABLE
 */
export async function commit(connection: Connection, name: CommitFunction, batch: Batch): Promise<Committed> {
  const sql = `SELECT ${connection.schema}.${name}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS refused, ${connection.schema}.now_ms() AS now`;
  const mark = randomUUID();
  const parameters = parametersOf(batch, mark);
  let wasSent = false;
  return connection.persist(async () => {
    try {
      const committed = await attempt(connection, sql, parameters, batch);
      return !committed.ok && wasSent && (await isWritten(connection, batch, mark)) ? { ok: true } : committed;
    } catch (error) {
      if (error instanceof Unanswered && !isRecognisable(batch)) throw storeError(error.cause);
      wasSent ||= error instanceof Unanswered;
      throw error;
    }
  });
}

async function attempt(connection: Connection, sql: string, parameters: readonly unknown[], batch: Batch): Promise<Committed> {
  try {
    for (let again = 0; again <= JUDGED_AGAIN; again++) {
      const [row] = await connection.once(sql, parameters);
      const refused = row?.["refused"];
      if (typeof refused !== "string") return { ok: true };
      if (refused === "late") return { ok: false, reason: "TOO_LATE" };
      const refusal = refusalOf(batch.changes, JSON.parse(refused) as Fact[]);
      if (refusal) return refusal;
    }
    // Somebody is always faster. Whoever gets this reads again.
    return { ok: false, reason: "CONFLICT" };
  } catch (error) {
    // Somebody else inserted the same, or the deadline passed in the middle: all was taken back.
    const state = sqlStateOf(error);
    if (state === "23505") return { ok: false, reason: "CONFLICT" };
    if (state === "CS002") return { ok: false, reason: "TOO_LATE" };
    throw error;
  }
}
