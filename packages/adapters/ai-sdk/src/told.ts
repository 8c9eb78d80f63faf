import type { CountersignError } from "@countersign/core";
import type { Tool } from "ai";

/** What the model is told of a result. */
export type ModelOutput = Awaited<ReturnType<NonNullable<Tool["toModelOutput"]>>>;

/** What a tool's result has to say besides itself. */
interface Aside {
  readonly notice?: string | undefined;
  readonly leaving?: CountersignError | undefined;
}

/** By the very arguments object: the SDK hands it to the tool, and then to what makes the model's text of the result. */
const asides = new WeakMap<object, Aside>();

/** A person changed the arguments: the model has to know. */
export function noteFor(input: object, notice: string | undefined): void {
  if (notice === undefined) asides.delete(input);
  else asides.set(input, { notice });
}

/**
 * What a tool throws becomes text for the model, and the model plans on with it. What is thrown while that text is made
 * leaves the SDK: so an error that the model must not see waits until then.
 */
export function leaveFrom(input: object, leaving: CountersignError): void {
  asides.set(input, { leaving });
}

/** @throws the error that must leave instead */
export function noticeFor(input: unknown): string | undefined {
  const aside = typeof input === "object" && input !== null ? asides.get(input) : undefined;
  if (aside?.leaving) throw aside.leaving;
  return aside?.notice;
}

/** As the SDK does it for tools that don't say how, and with something for what JSON can't carry. */
export function plainOutput(output: unknown): ModelOutput {
  if (typeof output === "string") return { type: "text", value: output };
  try {
    return { type: "json", value: JSON.parse(JSON.stringify(output) ?? "null") as null };
  } catch {
    return { type: "text", value: `[a result that JSON can't carry: ${typeof output}]` };
  }
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
