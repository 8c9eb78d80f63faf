// The package as a whole would bring its other differences into every page.
import { diffArrays } from "diff/lib/diff/array.js";
import type { DifferenceLine } from "./review.ts";

/** Lines around a change that are shown for orientation. */
const AROUND = 3;
/** More work than this many steps for one line takes too long: then all of the middle is removed and added. */
const STEPS = 4_000_000;
const MOST_EDITS = 2_000;

/** Line by line. The same lines give the same answer, however busy the machine is. */
export function lineDifference(before: readonly string[], after: readonly string[]): readonly DifferenceLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return folded([
    ...linesAs("same", before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...linesAs("same", before.slice(before.length - end)),
  ]);
}

function middle(before: readonly string[], after: readonly string[]): readonly DifferenceLine[] {
  const size = before.length + after.length;
  const maxEditLength = Math.min(MOST_EDITS, Math.ceil(STEPS / Math.max(size, 1)));
  const changes = diffArrays([...before], [...after], { maxEditLength });
  if (!changes) return [...linesAs("removed", before), ...linesAs("added", after)];
  return changes.flatMap(({ value, added, removed }) => linesAs(added ? "added" : removed ? "removed" : "same", value));
}

function linesAs(change: DifferenceLine["change"], texts: readonly string[]): readonly DifferenceLine[] {
  return texts.map((text) => ({ change, text }));
}

/** What is far from any change is only counted. */
function folded(lines: readonly DifferenceLine[]): readonly DifferenceLine[] {
  const result: DifferenceLine[] = [];
  for (let index = 0; index < lines.length;) {
    let next = index;
    while (next < lines.length && lines[next]?.change === "same") next++;
    const head = index === 0 ? 0 : AROUND;
    const tail = next === lines.length ? 0 : AROUND;
    const skipped = next - index - head - tail;
    if (skipped > 1) {
      const text = `${skipped} lines that are the same`;
      result.push(...lines.slice(index, index + head), { change: "skipped", text }, ...lines.slice(next - tail, next));
    } else result.push(...lines.slice(index, next));
    index = next;
    for (; index < lines.length && lines[index]?.change !== "same"; index++) result.push(...lines.slice(index, index + 1));
  }
  return result;
}
