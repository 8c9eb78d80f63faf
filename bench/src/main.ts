import { parseArgs } from "node:util";
import { Bench, FULL, QUICK } from "./bench.ts";
import { Progress } from "./progress.ts";
import { rowsOn, stores } from "./rows.ts";
import { run } from "./run.ts";
import { table } from "./table.ts";

const HELP = `Measures Countersign beside raw limits and native approvals.

  --quick        within a minute: 100,000 pending requests in place of 1,000,000, and fewer rounds
  --only <text>  the rows whose name contains it
  --json         a JSON array of {name, unit, value, baseline, ratio, aim, holds} on standard output
`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
    only: { type: "string", default: "" },
  },
});

if (values.help) process.stdout.write(HELP);
else {
  const rows = rowsOn(stores()).filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
  const progress = new Progress();
  await using bench = new Bench(values.quick ? QUICK : FULL, (text) => progress.note(text));
  const results = await run(bench, rows, progress);
  const figures = results.map(({ profile, ...figure }) => figure);
  process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : table(results));
}
