import { getCurrentSpan } from "@openai/agents";
import { toSmartString } from "@openai/agents/utils";
import { tellable } from "./output.ts";

/** A tool that failed: what its errorFunction has the model told, and for the receipt what the tool itself threw. */
export class ToolFailed extends Error {
  readonly told: unknown;

  /** @param thrown absent if it is what the model is told */
  constructor(told: unknown, thrown?: string) {
    const text = toSmartString(tellable(told));
    const isSaid = thrown === undefined || text.includes(thrown.replace(/^Error: /, ""));
    // A text that holds the mark itself gets an end, so that it is told whole when it is told again. The last mark is that end:
    // what was thrown holds none, nor makes one of the blank before it.
    super(isSaid && !text.includes(THROWN) ? text : `${text}${THROWN}${isSaid ? "" : thrown.replaceAll(THROWN.trimStart(), "…")}]`);
    this.told = told;
  }
}

const THROWN = " [The tool threw: ";
/** From 0.19 on, the SDK's own errorFunction drops what it is given, and spans are told no more than that. */
const HIDDEN = "the SDK's own errorFunction keeps it secret. Give the tool an errorFunction to have it recorded here";

/** What a model was told of a failure, by its receipt. */
export function toldBy(receipt: string): string {
  const end = receipt.lastIndexOf(THROWN);
  return end < 0 ? receipt : receipt.slice(0, end);
}

/**
 * A tool's own errorFunction turns what it throws into text, and only the span of the call still knows: then this throws,
 * so that the failure is recorded as one.
 * @throws ToolFailed, and what a tool throws that has no errorFunction
 */
export async function revealingFailure(work: () => unknown): Promise<unknown> {
  const span = getCurrentSpan();
  if (!span) return work();
  let failure: { readonly thrown: string } | undefined;
  const setError = span.setError.bind(span);
  span.setError = (error) => {
    failure = { thrown: thrownIn(error.data) };
    setError(error);
  };
  try {
    const output = await work();
    if (failure) throw new ToolFailed(output, failure.thrown);
    return output;
  } finally {
    span.setError = setError;
  }
}

/** As the span is told it. */
function thrownIn(data: Readonly<Record<string, unknown>> | undefined): string {
  const thrown = data?.["error"];
  return typeof thrown === "string" && !/redacted/i.test(thrown) ? thrown : HIDDEN;
}
