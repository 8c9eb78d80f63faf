import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Bench, FULL, QUICK } from "./bench.ts";
import { chart } from "./chart.ts";
import { jsonArray } from "./json-array.ts";
import { Progress } from "./progress.ts";
import type { Figure } from "./row.ts";
import { allRows } from "./rows.ts";
import { run } from "./run.ts";
import { table } from "./table.ts";

const HELP = `Measures Countersign beside raw limits, native approvals, and peers (DBOS and Mastra, which it installs into
bench/peers when it gets to them).

  --quick         two to four minutes: 10,000 pending requests in place of 1,000,000, threads of 100 turns in place
                  of 2,000, one cold process of each side in place of five, and fewer rounds
  --only <text>   the rows whose name contains it
  --json          a JSON array on standard output, written as the rows are done: {name, unit, warm, cold, aim, holds}
                  for what is timed, {name, unit, single, aim, holds} for what is counted, {name, notMeasured, aim}
                  for what can't be measured here; where a row misses its aim, profile says where the time goes
                  (not with --quick)
  --chart <file>  measures nothing: makes an SVG of the figures that --json has written to this file
`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
    only: { type: "string", default: "" },
    chart: { type: "string" },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.chart !== undefined) process.stdout.write(chart(JSON.parse(readFileSync(values.chart, "utf8")) as readonly Figure[]));
else await measure();

async function measure(): Promise<void> {
  const rows = allRows().filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
  if (rows.length === 0) {
    console.error(
      `No row has "${values.only}" in its name. There are:\n${allRows()
        .map(({ name }) => `  ${name}`)
        .join("\n")}`,
    );
    process.exitCode = 1;
    return;
  }
  const progress = new Progress();
  await using bench = new Bench(values.quick ? QUICK : FULL, (text) => progress.note(text));
  const results = run(bench, rows, progress);
  if (values.json) for await (const piece of jsonArray(results)) process.stdout.write(piece);
  else process.stdout.write(table(await Array.fromAsync(results)));
}
