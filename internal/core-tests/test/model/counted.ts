import type { RequestRecord, ThreadRecord } from "@countersign/core/store";

const RAN = new Set(["done", "failed"]);
const UNFINISHED = new Set(["pending", "approved", "executing", "unknown"]);

/** I14: what a thread says was counted is what a count of all its requests comes to. @param recorded in the order of their commits */
export function miscount({ counted }: ThreadRecord, recorded: readonly RequestRecord[]): string | undefined {
  if (!counted) return undefined;
  const last = recorded.findIndex(({ id }) => id === counted.through);
  const finished = recorded.slice(0, last + 1).filter(({ id }) => !counted.left.includes(id));
  if (finished.length + counted.left.length !== last + 1) return "I14 something was left that is not among what was counted";
  if (finished.some(({ state }) => UNFINISHED.has(state))) return "I14 something was counted for good that had not finished";
  for (const { tool, path, total } of counted.totals) {
    const calls = finished.filter((record) => record.tool === tool && RAN.has(record.state));
    const amounts = calls.map(({ args, proposal }) => Number((proposal.args ?? args)["amount"]));
    const there = path === undefined ? calls.length : amounts.reduce((a, b) => a + b, 0);
    if (total !== there) return `I14 ${path ?? "count"} of ${tool} is kept as ${total}, and it is ${there}`;
  }
  return undefined;
}
