import type { Freeze } from "@countersign/server/client";
import { visible } from "@countersign/review";

/** What a freeze stops. With neither: everything. */
export type FreezeScope = Pick<Freeze, "tool" | "agent">;

/** `Everything`, `The tool send_payment`, `The tool send_payment of the agent payments`. */
export function scopeText({ tool, agent }: FreezeScope): string {
  const ofAgent = agent === undefined ? "" : `the agent ${visible(agent)}`;
  if (tool !== undefined) return `The tool ${visible(tool)}${ofAgent === "" ? "" : ` of ${ofAgent}`}`;
  return ofAgent === "" ? "Everything" : `T${ofAgent.slice(1)}`;
}

/** Does a tool of this name, with its namespace, fall under it? As the gate looks at freezes. */
export function stopsTool(scope: string, tool: string): boolean {
  const isNamed = (name: string): boolean => matches(scope, name);
  return isNamed(tool) || isNamed(tool.slice(tool.lastIndexOf("/") + 1));
}

/** `*` stands for any run of characters. */
function matches(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return name === pattern;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= name.length - tail.length;
}
