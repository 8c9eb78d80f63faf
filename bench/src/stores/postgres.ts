import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import { atLeast, atMostTimes } from "../aim.ts";
import { counted } from "../bench.ts";
import { openAt } from "./address.ts";
import type { BenchStore, Place } from "./bench-store.ts";
import { multiply } from "./postgres-copies.ts";
import { seed } from "./seed.ts";

/** A server of its own that waits for its disk, with memory for a store of this size as any server would have. */
const SETTINGS = { fsync: "on", shared_buffers: "512MB", max_wal_size: "4GB" };

export function postgresBench(): BenchStore {
  let starting: Promise<PostgresServer> | undefined;
  return {
    name: "Postgres",
    commits: {
      rows: 1,
      alone: { suspend: atMostTimes(2.2), decide: atMostTimes(2.2), claim: atMostTimes(2.2), receipt: atMostTimes(2.2) },
    },
    writers: { watched: true, throughCore: atLeast(2_000, "commits/s") },
    async prepare(name, pending, note): Promise<Place> {
      note("starting PostgreSQL");
      const { url } = await (starting ??= startPostgres({ settings: SETTINGS }));
      const address = { type: "postgres", url, schema: `bench_${name}` } as const;
      note(`filling a schema with ${counted(pending)} pending requests`);
      const store = openAt(address);
      const seeded = await seed(store, pending);
      if (seeded.copies > 0) await multiply(address, seeded);
      else await store.now();
      return { address, store, [Symbol.asyncDispose]: () => store.close() };
    },
    async stop() {
      await (await starting)?.stop();
    },
  };
}
