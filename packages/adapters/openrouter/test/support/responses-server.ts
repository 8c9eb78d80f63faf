import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { eventsOf, eventsOfFailure } from "./event-stream.ts";
import { responseTo, type ModelResponse, type OutputItem } from "./model-response.ts";
import { pairingFault, type PairingRules } from "./pairing.ts";
import { readBody, type RequestBody } from "./request-body.ts";

/** Whoever answers. What it throws is a failure of the provider. */
export interface ServedModel {
  respond(items: RequestBody["input"], body: RequestBody): readonly OutputItem[] | Promise<readonly OutputItem[]>;
}

/** What goes wrong with one request. */
export type Disturbance =
  /** The provider refuses it, before the model sees it. */
  | { readonly status: 400 | 429 | 500 | 503 }
  /** The answer comes when this has come. */
  | { readonly after: Promise<unknown> }
  /** The connection breaks after so many events of the stream; of a JSON answer half arrives. */
  | { readonly cutAfter: number }
  /** The provider begins a stream and gives it up. */
  | { readonly givesUp: string };

export interface Received {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Undefined until it is answered. */
  status: number | undefined;
  /** Why it was refused. */
  refusal: string | undefined;
}

export interface ServerOptions extends PairingRules {
  /** Answers JSON even to those who ask for a stream, as some providers do. */
  readonly neverStreams?: boolean;
}

export interface ResponsesServer {
  /** For the SDK's `serverURL`. */
  readonly url: string;
  /** Every request to the model, also the refused ones, in their order. */
  readonly requests: readonly Received[];
  /** For the next requests, one each; undefined: nothing is wrong with that one. */
  disturb(...next: readonly (Disturbance | undefined)[]): void;
  close(): Promise<void>;
}

/**
 * The Responses API on this machine, as strict as the strictest provider: a conversation that one of them would refuse is
 * a 400 here too.
 */
export async function startResponsesServer(model: ServedModel, options: ServerOptions = {}): Promise<ResponsesServer> {
  const requests: Received[] = [];
  const disturbances: (Disturbance | undefined)[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST" || request.url !== "/api/v1/responses") return refuse(response, 404, "Not found");
    const body = await json(request).catch(() => undefined);
    const received: Received = { body, headers: request.headers, status: undefined, refusal: undefined };
    requests.push(received);
    const disturbance = disturbances.shift();
    const answer = await answerTo(model, body, options, disturbance);
    received.status = answer.status;
    if ("refusal" in answer) {
      received.refusal = answer.refusal;
      return refuse(response, answer.status, answer.refusal);
    }
    if (answer.streamed && !options.neverStreams) return stream(response, answer.response, disturbance);
    const text = JSON.stringify(answer.response);
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    if (!disturbance || !("cutAfter" in disturbance)) return void response.end(text);
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    requests,
    disturb: (...next) => void disturbances.push(...next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Clients keep theirs open, and one may wait for an answer that never comes.
        server.closeAllConnections();
      }),
  };
}

type Answer = { readonly status: number; readonly refusal: string } | { readonly status: 200; readonly streamed: boolean; readonly response: ModelResponse }; // prettier-ignore

async function answerTo(model: ServedModel, json: unknown, rules: PairingRules, disturbance: Disturbance | undefined): Promise<Answer> {
  const body = readBody(json);
  if (typeof body === "string") return { status: 400, refusal: body };
  const fault = pairingFault(body.input, rules);
  if (fault !== undefined) return { status: 400, refusal: fault };
  if (disturbance && "status" in disturbance) return { status: disturbance.status, refusal: `Disturbed on purpose: ${disturbance.status}` };
  try {
    const output = await model.respond(body.input, body);
    if (disturbance && "after" in disturbance) await disturbance.after;
    return { status: 200, streamed: body.stream, response: responseTo(body, output) };
  } catch (error) {
    return { status: 500, refusal: error instanceof Error ? error.message : String(error) };
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { code: status, message } }));
}

/** Event by event, each at the client before the next. */
async function stream(response: ServerResponse, answer: ModelResponse, disturbance: Disturbance | undefined): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const cutAfter = disturbance && "cutAfter" in disturbance ? disturbance.cutAfter : Infinity;
  const events = disturbance && "givesUp" in disturbance ? eventsOfFailure(answer, disturbance.givesUp) : eventsOf(answer);
  let sent = 0;
  for (const event of events) {
    if (sent++ === cutAfter) return void response.destroy();
    await new Promise<void>((resolve, reject) => response.write(event, (error) => (error ? reject(error) : resolve())));
  }
  response.end();
}
