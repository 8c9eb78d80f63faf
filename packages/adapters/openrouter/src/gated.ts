import type { Gate } from "@countersign/core";
import { isClientTool, type Tool } from "@openrouter/agent";

// By their functions and not by their objects: `{ ...tool }` and the SDK's own `markMcp` are copies, and gated all the same.
const known = new WeakMap<object, { readonly gate: Gate; readonly original: unknown }>();

/** A tool's own functions behind the gate, beside what they were before: undefined, if it had none of that name. */
export function register(gate: Gate, guarded: Readonly<Record<string, unknown>>, before: Readonly<Record<string, unknown>>): void {
  for (const [name, member] of Object.entries(guarded)) {
    if (typeof member === "function") known.set(member, { gate, original: before[name] });
  }
}

/** What stands around the tool. Undefined: nothing does, or something of the application's stands around that. */
export function gateOf(tool: Tool): Gate | undefined {
  if (!isClientTool(tool)) return undefined;
  const { execute, onToolCalled } = tool.function as { readonly execute?: unknown; readonly onToolCalled?: unknown };
  return lookUp(onToolCalled ?? execute)?.gate;
}

/** Tools as they were before they were gated, with whatever the application has changed of them since. */
export function originalsOf(tools: readonly Tool[]): readonly Tool[] {
  return tools.map((tool) => {
    if (!isClientTool(tool) || !Object.values(tool.function).some(lookUp)) return tool;
    const members = Object.entries(tool.function).map(([name, member]) => {
      const gated = lookUp(member);
      return [name, gated ? gated.original : (member as unknown)] as const;
    });
    const before = Object.fromEntries(members.filter(([, member]) => member !== undefined));
    return { ...tool, function: before } as unknown as Tool;
  });
}

function lookUp(member: unknown): ReturnType<typeof known.get> {
  return typeof member === "function" ? known.get(member) : undefined;
}
