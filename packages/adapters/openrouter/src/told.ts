import { isCountersignError } from "@countersign/core";
import { asReplayed, firstNonJson } from "@countersign/core/adapter";
import type { RunnableTool } from "./kinds.ts";

/** What the SDK takes for text, images and files beside plain text. */
export type Content = readonly { readonly type: string }[];
export type Output = string | Content;

interface Told {
  readonly output: unknown;
  /** The arguments that ran. */
  readonly input: unknown;
}

/** What `toModelOutput` of a gated tool says: the tool's own content, and text for results that JSON can't carry. */
export async function modelOutput(tool: RunnableTool, told: Told): Promise<unknown> {
  const content = await contentOf(tool, told);
  if (content) return { type: "content", value: content };
  return isJson(told.output) ? AS_JSON : { type: "content", value: plain(told.output) };
}
/** Anything but content: the SDK writes the result itself. */
const AS_JSON = { type: "json" };

/**
 * A result as it stands in the conversation, the same after a replay from its receipt. A notice stands before it: the transcript
 * has to say which arguments ran.
 */
export async function outputOf(tool: RunnableTool | undefined, told: Told, notice?: string): Promise<Output> {
  const output = (await contentOf(tool, told)) ?? plain(told.output);
  if (notice === undefined) return output;
  return [text(notice), ...(typeof output === "string" ? [text(output)] : output)];
}

/** The tool's own words. Undefined: its plain result, also if the tool throws on it or says what nobody can send. The call has run all the same. */
async function contentOf(tool: RunnableTool | undefined, told: Told): Promise<Content | undefined> {
  try {
    const made = await tool?.function.toModelOutput?.(told);
    return isContent(made) ? made.value : undefined;
  } catch (error) {
    if (isCountersignError(error)) throw error;
    return undefined;
  }
}

export function errorOutput(message: string): string {
  return JSON.stringify({ error: message });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Content that isn't JSON the SDK refuses in each request, so that the run could never go on. */
function isContent(made: unknown): made is { readonly value: Content } {
  if (typeof made !== "object" || made === null || !("type" in made) || made.type !== "content" || !("value" in made)) return false;
  return Array.isArray(made.value) && firstNonJson(made.value) === undefined;
}

function text(value: string): { readonly type: "input_text"; readonly text: string } {
  return { type: "input_text", text: value };
}

/** Of what JSON can't carry a text: big integers by their digits, and what no receipt can keep by its words for it. */
function plain(output: unknown): Output {
  const result = asReplayed(output);
  return isJson(result) ? JSON.stringify(result) : [text(withDigits(result) ?? "null")];
}

function withDigits(result: unknown): string | undefined {
  return JSON.stringify(result, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));
}

function isJson(output: unknown): boolean {
  try {
    return JSON.stringify(output) !== undefined;
  } catch {
    return false;
  }
}
