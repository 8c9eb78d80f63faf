import { atMost } from "../aim.ts";
import { runChild } from "../children/child.ts";
import { median } from "../measure.ts";
import { singleFigure, type Row } from "../row.ts";

interface Imported {
  /** ms */
  readonly framework: number;
  readonly added: number;
}

const MOST = 15;

/** What core and an adapter add to the start of a program that has its framework and zod anyway. Every run is a process of its own. */
export const imports: Row = {
  name: "Import time",
  async run(bench) {
    const runs: Imported[] = [];
    for (let i = 0; i < bench.rounds(15); i++) runs.push(await runChild<Imported>("imports", {}));
    const value = median(runs.map(({ added }) => added));
    const baseline = median(runs.map(({ framework }) => framework));
    const name = "import: core and the LangGraph adapter";
    return [singleFigure(name, "ms", { value, baseline }, atMost(MOST, "ms"))];
  },
};
