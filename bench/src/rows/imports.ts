import { runChild } from "../children/child.ts";
import { median } from "../measure.ts";
import type { Row } from "../row.ts";

interface Imported {
  /** ms */
  readonly framework: number;
  readonly added: number;
}

const AIM = 15;

/** What core and an adapter add to the start of a program that has its framework and zod anyway. */
export const imports: Row = {
  name: "Import time",
  async run(bench) {
    const runs = Array.from({ length: bench.rounds(15) }, () => runChild<Imported>("imports", {}));
    const value = median(runs.map(({ added }) => added));
    const baseline = median(runs.map(({ framework }) => framework));
    const name = "import of core and the LangGraph adapter, beside zod and the framework";
    return [{ name, unit: "ms", value, baseline, ratio: value / baseline, aim: `≤ ${AIM} ms`, holds: value <= AIM }];
  },
};
