import type { IncomingMessage, ServerResponse } from "node:http";
import { CountersignError } from "@countersign/core";
import { getRequestListener } from "@hono/node-server";
import type { Server } from "../create-server.ts";

/** What frameworks on Node's `http` add to a request. */
type Incoming = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown };

/**
 * Answers the requests of Node's `http` and `https`, and of what is built on them. It tells the server the address that each
 * connection comes from, and ends what is streamed when the caller goes.
 * @example http.createServer(nodeListener(server)).listen(4000)
 * @example
 * // Express: before express.json(), which would take the body.
 * app.use("/approvals", nodeListener(server)); // with createServer({ basePath: "/approvals" })
 */
export function nodeListener(server: Pick<Server, "fetch">): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  const listen = getRequestListener(
    (request, { incoming }) => server.fetch(bodyOf(incoming as Incoming, request), { peer: incoming.socket.remoteAddress }),
    // The process is the host's.
    { overrideGlobalObjects: false },
  );
  return async (incoming: Incoming, outgoing) => {
    // Express takes the path off under which it has mounted something.
    if (incoming.originalUrl !== undefined) incoming.url = incoming.originalUrl;
    await listen(incoming, outgoing);
  };
}

/** A body that was read before looks like none. */
function bodyOf(incoming: Incoming, request: Request): Request {
  if (!incoming.readableEnded || incoming.body === undefined || request.method === "GET" || request.method === "HEAD") return request;
  const hint = "Something has read the request's body before nodeListener got it. Mount it before express.json() and other body parsers.";
  const body = new ReadableStream({ pull: (controller) => controller.error(new CountersignError("SETUP", { hint })) });
  return new Request(request.url, { method: request.method, headers: request.headers, signal: request.signal, body, duplex: "half" });
}
