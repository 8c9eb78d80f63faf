import { isCountersignError } from "@countersign/core";
import type { Tool } from "ai";
import type { Gated } from "./gated.ts";
import type { GatedSchema } from "./schema.ts";

/** What the model is told of a result. */
export type ModelOutput = Awaited<ReturnType<NonNullable<Tool["toModelOutput"]>>>;

/** A call's result, as the SDK hands it to a tool's `toModelOutput`. */
interface Told {
  readonly toolCallId: string;
  readonly input: unknown;
  readonly output: unknown;
}

/** What there is to say of a result besides itself. */
export interface Aside {
  /** A person changed the arguments: the model has to know. */
  readonly notice?: string | undefined;
  /** It is what is on record of an execution that was before. */
  readonly replayed?: boolean;
  /** Those that ran, where they may be others than the model's. */
  readonly args?: unknown;
}

/** A result in the tool's own words, if it has any, and in a form that can be sent to every provider. */
export async function worded(gated: Pick<Gated, "tool" | "schema">, told: Told, aside: Aside): Promise<ModelOutput> {
  const { notice, replayed = false, args = told.input } = aside;
  const own = await inOwnWords(gated, { ...told, input: args }, replayed);
  const output = own ? sendable(own) : plainOutput(told.output);
  return notice !== undefined && isNoticed(output, notice) ? output : withNotice(output, notice);
}

async function inOwnWords(
  { tool, schema }: Pick<Gated, "tool" | "schema">,
  told: Told,
  replayed: boolean,
): Promise<ModelOutput | undefined> {
  try {
    return await tool.toModelOutput?.({ ...told, input: await inputFor(schema, told.input) });
  } catch (error) {
    // The call ran once and won't run again: what can't word its recorded result would fail each time the thread goes on.
    if (replayed && !isCountersignError(error)) return undefined;
    throw error;
  }
}

/** In a later turn the SDK may hand over arguments that the schema, by then another one, refuses. */
async function inputFor(schema: GatedSchema, input: unknown): Promise<unknown> {
  try {
    return await schema.parse(input);
  } catch {
    return input;
  }
}

/** As the SDK does it for tools that don't say how. */
export function plainOutput(output: unknown): ModelOutput {
  return typeof output === "string" ? { type: "text", value: output } : sendable({ type: "json", value: output as never });
}

/** Values that JSON has no word for would break the provider's request, and version 6 takes no conversation that has them. */
export function sendable(output: ModelOutput): ModelOutput {
  if (output.type !== "json" && output.type !== "error-json") return output;
  try {
    return { ...output, value: plainJson(output.value) as never };
  } catch {
    return { type: output.type === "json" ? "text" : "error-text", value: `[a result that JSON can't carry: ${typeof output.value}]` };
  }
}

/** As `JSON.stringify` says it, and bigints as text. @throws TypeError for what has no JSON */
export function plainJson(value: unknown): unknown {
  const text: string | undefined = JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  return JSON.parse(text ?? "null") as unknown;
}

/** The transcript has to say which arguments ran: the notice stands before the tool's own output. */
export function withNotice(output: ModelOutput, notice: string | undefined): ModelOutput {
  if (notice === undefined) return output;
  switch (output.type) {
    case "text":
    case "error-text":
      return { ...output, value: notice + output.value };
    case "json":
      return { type: "text", value: notice + JSON.stringify(output.value) };
    case "error-json":
      return { type: "error-text", value: notice + JSON.stringify(output.value) };
    case "content":
      return { ...output, value: [{ type: "text", text: notice }, ...output.value] };
    case "execution-denied":
      return output;
  }
}

/** Does it begin with that notice already? */
export function isNoticed(output: ModelOutput, notice: string): boolean {
  if (output.type === "content") return output.value.some((part) => "text" in part && part.text === notice);
  return (output.type === "text" || output.type === "error-text") && output.value.startsWith(notice);
}
