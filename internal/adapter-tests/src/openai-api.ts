import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { wireFault, type WireItem } from "./openai-wire.ts";

/** What the API is asked. */
export interface WireRequest {
  readonly input: readonly WireItem[];
  readonly stream?: boolean;
  readonly conversation?: string | { readonly id: string };
  readonly previous_response_id?: string;
  readonly [key: string]: unknown;
}

/** Plays the model: `items` are all that it is shown, those that the server keeps included. */
type Next = (items: readonly WireItem[], request: WireRequest) => readonly WireItem[] | Promise<readonly WireItem[]>;

export interface OpenAiApi {
  /** For a client's `baseURL`. */
  readonly url: string;
  /** Of every request that was taken. */
  readonly requests: readonly WireRequest[];
  /** Why requests were refused. */
  readonly refusals: readonly string[];
  /** What the model was shown at last. */
  shown(): readonly WireItem[];
  close(): Promise<void>;
}

export const saidItem = (text: string): WireItem => ({
  type: "message",
  id: `msg_${crypto.randomUUID()}`,
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text, annotations: [] }],
});

/** OpenAI's Responses API on this machine, as strict as the real one; it keeps conversations and responses. */
export async function startOpenAi(next: Next): Promise<OpenAiApi> {
  const requests: WireRequest[] = [];
  const refusals: string[] = [];
  const responses = new Map<string, readonly WireItem[]>();
  const conversations = new Map<string, readonly WireItem[]>();
  let shown: readonly WireItem[] = [];

  async function answer(request: WireRequest): Promise<object> {
    const { conversation, previous_response_id: before } = request;
    const kept = typeof conversation === "object" ? conversation.id : conversation;
    if (before !== undefined && !responses.has(before)) throw new Error(`Previous response with id '${before}' not found.`);
    const known = (kept === undefined ? responses.get(before ?? "") : conversations.get(kept)) ?? [];
    const input = typeof request.input === "string" ? [{ role: "user", content: request.input }] : request.input;
    const fault = wireFault(input, known);
    if (fault !== undefined) throw new Error(fault);
    shown = [...known, ...input];
    requests.push(request);
    const output = await next(shown, request);
    const id = `resp_${requests.length}`;
    responses.set(id, [...shown, ...output]);
    if (kept !== undefined) conversations.set(kept, [...shown, ...output]);
    return { id, object: "response", created_at: 1, status: "completed", model: "gpt-5.2", output, usage: USAGE, error: null };
  }

  const server = createServer((request, response) => {
    void json(request)
      .then((body) => answer(body as WireRequest).then((answered) => send(response, answered, (body as WireRequest).stream)))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        refusals.push(message);
        response.writeHead(400, JSON_TYPE).end(JSON.stringify({ error: { message, type: "invalid_request_error" } }));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    refusals,
    shown: () => shown,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

const JSON_TYPE = { "content-type": "application/json" };
const USAGE = {
  input_tokens: 1,
  output_tokens: 1,
  total_tokens: 2,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
};

function send(response: ServerResponse, answered: object, streamed: boolean | undefined): void {
  if (!streamed) return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(answered));
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const type of ["response.created", "response.completed"])
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, response: answered })}\n\n`);
  response.end();
}
