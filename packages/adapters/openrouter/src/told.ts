import type { RunnableTool } from "./kinds.ts";

/** What the SDK takes for text, images and files beside plain text. */
export type Content = readonly { readonly type: string }[];
export type Output = string | Content;

interface Told {
  readonly output: unknown;
  /** The arguments that ran. */
  readonly input: unknown;
}

/** What `toModelOutput` of a gated tool says: its own, and something for results that JSON can't carry. */
export async function modelOutput(tool: RunnableTool, told: Told): Promise<unknown> {
  if (tool.function.toModelOutput) return tool.function.toModelOutput(told);
  return isJson(told.output) ? AS_JSON : { type: "content", value: [text(plain(told.output))] };
}
/** Anything but content: the SDK writes the result itself. */
const AS_JSON = { type: "json" };

/** A result as it stands in the conversation. A notice stands before it: the transcript has to say which arguments ran. */
export async function outputOf(tool: RunnableTool | undefined, told: Told, notice?: string): Promise<Output> {
  const made = await tool?.function.toModelOutput?.(told);
  const output = isContent(made) ? made.value : plain(told.output);
  if (notice === undefined) return output;
  return [text(notice), ...(typeof output === "string" ? [text(output)] : output)];
}

export function errorOutput(message: string): string {
  return JSON.stringify({ error: message });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isContent(made: unknown): made is { readonly value: Content } {
  return typeof made === "object" && made !== null && "type" in made && made.type === "content" && "value" in made;
}

function text(value: string): { readonly type: "input_text"; readonly text: string } {
  return { type: "input_text", text: value };
}

/** As JSON, with big integers as text, the way a receipt keeps them. Undefined: JSON has no way to say it. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));
  } catch {
    return undefined;
  }
}

/** A result as its receipt keeps it. A replay tells the model the same. */
export function kept(result: unknown): unknown {
  const json = jsonOf(result);
  return json === undefined ? result : (JSON.parse(json) as unknown);
}

function plain(output: unknown): string {
  return jsonOf(output) ?? (typeof output === "object" ? UNSAYABLE : "null");
}
/** As the receipt says it. */
const UNSAYABLE = '"[This result can\'t be kept as JSON. The call ran.]"';

function isJson(output: unknown): boolean {
  try {
    return JSON.stringify(output) !== undefined;
  } catch {
    return false;
  }
}
