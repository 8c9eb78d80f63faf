import type { ToolCallStructuredOutput } from "@openai/agents";
import { toSmartString } from "@openai/agents/utils";
import { contentOf } from "./content.ts";

/** What a tool answered, for the SDK to tell: what it has no words for is said in a form that it has. */

/** A bigint in an object is text: the SDK would say that the object is circular, or end the run where a program reads it. */
export function tellable(output: unknown): unknown {
  try {
    return spelled(output, []);
  } catch {
    // An object that can't be read: the SDK has words for that.
    return output;
  }
}

function spelled(output: unknown, above: readonly object[]): unknown {
  if (typeof output === "bigint") return String(output);
  if (typeof output !== "object" || output === null || ArrayBuffer.isView(output) || above.includes(output)) return output;
  const inside = [...above, output];
  if (Array.isArray(output)) return unlessSame(output, output.map((item) => spelled(item, inside))); // prettier-ignore
  if (output instanceof Date || output instanceof URL) return output;
  if (saysItself(output)) return spelled(output.toJSON(), inside);
  const members = Object.entries(output).map(([key, member]) => [key, spelled(member, inside)] as const);
  return members.every(([key, member]) => member === (output as Record<string, unknown>)[key]) ? output : Object.fromEntries(members);
}

function saysItself(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function unlessSame(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

/** A failure that is told again was recorded as text: where a program reads it, it is JSON. */
export function fromText(told: unknown): unknown {
  if (typeof told !== "string") return told;
  try {
    return JSON.parse(told) as unknown;
  } catch {
    return told;
  }
}

/** The transcript has to say which arguments ran: the notice stands before the tool's own output. */
export function withNotice(output: unknown, notice: string | undefined): unknown {
  if (notice === undefined) return output;
  return contentIn(output) ? [{ type: "text", text: notice }, ...[output].flat()] : notice + toSmartString(output);
}

/** A function's output in its item, as the SDK makes it. */
export function itemOutput(output: unknown): ToolCallStructuredOutput[] | { readonly type: "text"; readonly text: string } {
  return contentIn(output) ?? { type: "text", text: toSmartString(output) };
}

/** Undefined: it is told as text. */
function contentIn(output: unknown): ToolCallStructuredOutput[] | undefined {
  const parts = (Array.isArray(output) ? output : [output]).map(contentOf);
  const found = parts.filter((part) => part !== undefined);
  return found.length > 0 && found.length === parts.length ? found : undefined;
}
