import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import { eventually, newSchema, openStore } from "./setting.ts";

/** Counts the hints that a store gives. */
export function hintsOf(store: StorePort): { count: number } {
  const hints = { count: 0 };
  store.watch(() => hints.count++);
  return hints;
}

/** Two stores of one schema, as two processes have them; the second one listens. */
export async function listening(
  connectionString: string,
): Promise<{ readonly here: StorePort; readonly there: StorePort; readonly hints: { count: number } }> {
  const schema = newSchema();
  const here = openStore(connectionString, { schema });
  const there = openStore(connectionString, { schema });
  await Promise.all([here.now(), there.now()]);
  const hints = hintsOf(there);
  await eventually(() => hints.count > 0);
  await sleep(50);
  return { here, there, hints };
}
