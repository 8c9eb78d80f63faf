import { setTimeout as sleep } from "node:timers/promises";
import { event, TENANT } from "@countersign/store-tests";
import pg from "pg";
import { namesOf } from "./ears.ts";
import { schemaAt, type Place } from "../processes/place.ts";

/** Writers that hold their transactions open. */
export interface LongWrites {
  /** Ends them. Answers what was committed. */
  end(): Promise<readonly string[]>;
}

/** On PostgreSQL, so many sessions write events, wait, and commit or don't. A file has one writer at a time, and no such thing. */
export function holdOpen({ dir, postgres }: Place, sessions: number): LongWrites {
  let writing = postgres !== undefined;
  const schema = schemaAt(dir);
  const insert = `INSERT INTO ${schema}.events (tenant, subject, seq, tick, type, prev, hash, event)
    VALUES ($1, $2, $3, ${schema}.tick_base() + pg_current_xact_id()::text::bigint, $4, $5, $6, $7)`;

  async function session(n: number): Promise<readonly string[]> {
    const client = new pg.Client({ connectionString: postgres });
    await client.connect();
    const kept: string[] = [];
    for (let seq = 0; writing;) {
      const count = 1 + Math.floor(Math.random() * 3);
      const events = Array.from({ length: count }, (_, at) => event(`slow${n}`, seq + at + 1));
      await client.query("BEGIN");
      for (const { subject, seq: number, type, prev, hash, ...rest } of events) {
        await client.query(insert, [TENANT, subject, number, type, prev, hash, JSON.stringify(rest)]);
        await sleep(Math.random() * 100);
      }
      const isKept = Math.random() < 0.8;
      await client.query(isKept ? "COMMIT" : "ROLLBACK");
      if (!isKept) continue;
      kept.push(...namesOf(events));
      seq += count;
    }
    await client.end();
    return kept;
  }

  const working = Promise.all(writing ? Array.from({ length: sessions }, (_, n) => session(n)) : []);
  return {
    async end() {
      writing = false;
      return (await working).flat();
    },
  };
}
