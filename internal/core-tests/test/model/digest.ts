import { hash } from "node:crypto";

/** Canonical JSON for what schedules contain (no exotic numbers), written a second time so that core is not its own judge. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

export const sha256 = (value: unknown): string => hash("sha256", canonical(value), "hex");

export const digestOf = (tool: string, args: unknown): string => sha256({ namespace: null, tool, args });

export function requestIdOf(
  tenant: string,
  threadId: string,
  call: { readonly turnId: string; readonly callId: string; readonly tool: string; readonly args: unknown },
): string {
  return sha256([tenant, threadId, call.turnId, call.callId, digestOf(call.tool, call.args)]).slice(0, 32);
}
