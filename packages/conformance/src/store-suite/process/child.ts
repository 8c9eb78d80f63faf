// One job in a process of its own: child <harness> <location> <job> <params>. Started by start.ts.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { StoreHarness } from "../../contract/harness.ts";
import { loadDefault } from "../../run/load.ts";
import { openedBy } from "../../run/open-store.ts";
import { jobs, type JobName } from "./jobs.ts";
import type { Line } from "./start.ts";

const [harnessUrl = "", location = "", job = "", params = "{}"] = process.argv.slice(2);

/** At once and in full: whatever was written is out when a kill comes. */
function write(line: Line): void {
  writeSync(3, `${JSON.stringify(line)}\n`);
}

const allowed = Promise.withResolvers<void>();
// When this ends, whoever started us is gone.
createInterface({ input: process.stdin })
  .on("line", () => allowed.resolve())
  .on("close", () => process.exit(1));

const harness = await loadDefault<StoreHarness>(harnessUrl);
const run = jobs[job as JobName] as (context: object, params: unknown) => Promise<unknown>;
const context = {
  open: (at: string = location) => openedBy(harnessUrl, harness, at),
  location,
  say: (said: unknown) => write({ said }),
  go: async () => {
    write({ said: "ready" });
    await allowed.promise;
  },
};
write({ result: (await run(context, JSON.parse(params))) ?? null });
process.exit(0);
