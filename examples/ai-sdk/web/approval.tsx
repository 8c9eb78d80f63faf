// What stands beside a call that somebody was asked about: who decided what, and what came of it.
import type { ApprovalData } from "@countersign/ai-sdk";
import type { ReactNode } from "react";

type Decision = ApprovalData["decisions"][number];

/** `input` is the model's: what it wanted to do stays to be seen. */
export function Approval({ data, input }: { readonly data: ApprovalData; readonly input: unknown }): ReactNode {
  const lines = [...data.decisions.map((decision) => lineOf(decision, input, data.editedArgs)), ...standing(data)];
  return lines.map((line) => (
    <p key={line} className="approval">
      {line}
    </p>
  ));
}

function lineOf({ type, by, message }: Decision, input: unknown, edited: ApprovalData["editedArgs"]): string {
  const name = by.name ?? by.id;
  if (type === "approve") return `${name} approved.`;
  if (type === "edit") return `${name} changed ${changes(input, edited ?? {})} and approved.`;
  return message === undefined ? `${name} rejected.` : `${name} rejected: ${message}`;
}

function standing({ status, reason, decisions, execution, grantId }: ApprovalData): string[] {
  if (status === "pending") return [`Waits for a signature: ${reason}.`];
  if (status === "expired") return ["Nobody decided in time. It did not run."];
  if (status === "cancelled") return ["Cancelled. It did not run."];
  if (execution === "unknown") return ["Nobody knows yet whether it ran."];
  return decisions.length === 0 && grantId !== undefined ? ["Decided as somebody said earlier."] : [];
}

/** "amount from 4200 to 4000" */
function changes(before: unknown, after: Readonly<Record<string, unknown>>): string {
  const old: Readonly<Record<string, unknown>> = { ...(before as object) };
  const keys = [...new Set([...Object.keys(old), ...Object.keys(after)])];
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(after[key]));
  return changed.map((key) => `${key} from ${shown(old[key])} to ${shown(after[key])}`).join(", ");
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);
}
