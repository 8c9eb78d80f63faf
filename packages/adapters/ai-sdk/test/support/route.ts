import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { UIMessage } from "ai";
import type { Principal } from "@countersign/core";

/** What the route needs of a runner. */
export interface Chats {
  respond(chat: { threadId: string; message: UIMessage; by: Principal; context?: unknown }): Promise<Response>;
  messages(threadId: string): Promise<UIMessage[]>;
}

/** A chat route over real HTTP: `POST /chat`, `GET /messages/<id>`. Who is signed in stands in a header here. */
export async function serve(chats: Chats): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void handle(chats, request).then(
      async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (answer.body) Readable.fromWeb(answer.body).pipe(response);
        else response.end();
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(chats: Chats, request: IncomingMessage): Promise<Response> {
  if (request.method === "GET") return Response.json(await chats.messages(decodeURIComponent(request.url?.split("/").at(-1) ?? "")));
  const { id, message } = JSON.parse(await new Response(Readable.toWeb(request) as never).text()) as { id: string; message: UIMessage };
  const { "x-user": user, "x-context": context } = request.headers;
  const by = { id: typeof user === "string" ? user : "" };
  return chats.respond({ threadId: id, message, by, ...(typeof context === "string" ? { context: JSON.parse(context) as unknown } : {}) });
}
