import { wireFault, type WireItem } from "@countersign/adapter-tests";
import type { JsonObject } from "@countersign/core";

/** OpenAI's API as `@ai-sdk/openai` reaches it: it keeps the items of its answers, is sent references to them, and streams. */
export interface ResponsesApi {
  readonly fetch: typeof globalThis.fetch;
  /** The input of each request that it took, with what the references name. */
  readonly taken: readonly (readonly WireItem[])[];
  /** Why requests were refused. */
  readonly refusals: readonly string[];
}

export function responsesApi(next: (input: readonly WireItem[], request: number) => readonly WireItem[]): ResponsesApi {
  const kept = new Map<string, WireItem>();
  const taken: (readonly WireItem[])[] = [];
  const refusals: string[] = [];
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(init?.body as string) as { readonly input: readonly WireItem[]; readonly stream?: boolean };
    const input = body.input.map((item) => (item.type === "item_reference" ? (kept.get(item.id ?? "") ?? item) : item));
    const message = wireFault(input);
    if (message !== undefined) {
      refusals.push(message);
      return Response.json({ error: { message, type: "invalid_request_error", param: "input", code: null } }, { status: 400 });
    }
    taken.push(input);
    const output = next(input, taken.length - 1);
    for (const item of output) if (item.id !== undefined) kept.set(item.id, item);
    const response = { ...RESPONSE, id: `resp_${taken.length}`, output };
    return body.stream ? streamOf(response) : Response.json(response);
  };
  return { fetch, taken, refusals };
}

export const called = (call_id: string, name: string, args: JsonObject): WireItem => ({
  type: "function_call",
  id: `fc_${call_id}`,
  call_id,
  name,
  arguments: JSON.stringify(args),
  status: "completed",
});

/** A hosted MCP server's call that the API asks about… */
export const asked = (id: string, name: string, args: JsonObject): WireItem => ({
  type: "mcp_approval_request",
  id,
  name,
  arguments: JSON.stringify(args),
  server_label: "crm",
});

/** …and what came of it. */
export const ran = (approval: string, name: string, output: string): WireItem => ({
  type: "mcp_call",
  id: `mcp_${approval}`,
  approval_request_id: approval,
  name,
  arguments: "{}",
  server_label: "crm",
  status: "completed",
  output,
});

const RESPONSE = {
  object: "response",
  created_at: 1,
  status: "completed",
  model: "gpt-5.2",
  usage: {
    input_tokens: 1,
    output_tokens: 1,
    total_tokens: 2,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  },
  error: null,
  incomplete_details: null,
};

function streamOf(response: { readonly output: readonly WireItem[] }): Response {
  const events = [
    { type: "response.created", response: { ...response, output: [] } },
    ...response.output.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item },
      ...(item.type === "message" ? [{ type: "response.output_text.delta", item_id: item.id, delta: "said" }] : []),
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: "response.completed", response },
  ];
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}
