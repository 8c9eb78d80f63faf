import { outputText, type ModelResponse, type OutputItem } from "./model-response.ts";

interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The text of one event each, in the order and with the numbers of the API. */
export function* eventsOf(response: ModelResponse): Generator<string> {
  const begun: ModelResponse = { ...response, status: "in_progress", completed_at: null, output: [] };
  yield* written(
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...response.output.flatMap(itemEvents),
    { type: "response.completed", response },
  );
}

/** A stream that the provider begins, gives up, and says so. */
export function* eventsOfFailure(response: ModelResponse, message: string): Generator<string> {
  const begun: ModelResponse = { ...response, status: "in_progress", completed_at: null, output: [] };
  const failed: ModelResponse = { ...begun, status: "failed", error: { code: "server_error", message } };
  yield* written({ type: "response.created", response: begun }, { type: "response.failed", response: failed });
}

function* written(...events: readonly StreamEvent[]): Generator<string> {
  for (const [sequence_number, event] of events.entries()) {
    yield `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`;
  }
  yield "data: [DONE]\n\n";
}

function itemEvents(item: OutputItem, output_index: number): readonly StreamEvent[] {
  const of = { output_index, item_id: item.id };
  const empty = item.type === "message" ? { content: [] } : { arguments: "" };
  return [
    { type: "response.output_item.added", output_index, item: { ...item, ...empty, status: "in_progress" } },
    ...(item.type === "message"
      ? item.content.flatMap(({ text }, content_index) => textEvents(text, { ...of, content_index }))
      : callEvents(item.name, item.arguments, of)),
    { type: "response.output_item.done", output_index, item },
  ];
}

function textEvents(text: string, of: Omit<StreamEvent, "type">): readonly StreamEvent[] {
  return [
    { type: "response.content_part.added", ...of, part: outputText("") },
    ...inHalves(text).map((delta) => ({ type: "response.output_text.delta", ...of, delta, logprobs: [] })),
    { type: "response.output_text.done", ...of, text, logprobs: [] },
    { type: "response.content_part.done", ...of, part: outputText(text) },
  ];
}

function callEvents(name: string, args: string, of: Omit<StreamEvent, "type">): readonly StreamEvent[] {
  return [
    ...inHalves(args).map((delta) => ({ type: "response.function_call_arguments.delta", ...of, delta })),
    { type: "response.function_call_arguments.done", ...of, name, arguments: args },
  ];
}

/** Nobody may take the first piece for the whole. */
function inHalves(text: string): readonly string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}
