import type { Gate } from "@countersign/core";
import { scopeOf } from "../operators/freeze.ts";
import { moment } from "../output/when.ts";
import { ok, warning, type Finding } from "./finding.ts";

export async function freezes(gate: Gate): Promise<readonly Finding[]> {
  const found = await gate.freezes();
  if (found.length === 0) return [ok("freezes", "Nothing is frozen.")];
  return found.map((freeze) => {
    const message = `${scopeOf(freeze)} is frozen by ${freeze.by.id} since ${moment(freeze.at)}: ${freeze.reason}`;
    return warning("freezes", message, `When that is over: countersign lift ${freeze.id}`);
  });
}
