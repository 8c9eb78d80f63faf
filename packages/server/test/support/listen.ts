import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "../../src/node.ts";
import type { Server } from "../../src/index.ts";

/** A server that really listens, on a port that is known before the server is made. */
export interface Listening {
  readonly port: number;
  /** Answers from now on. */
  use(server: Pick<Server, "fetch">): void;
  close(): Promise<void>;
}

export async function listen(): Promise<Listening> {
  let current: Pick<Server, "fetch"> = { fetch: () => Promise.resolve(new Response(null, { status: 503 })) };
  const listener = nodeListener({ fetch: (request, arrival) => current.fetch(request, arrival) });
  const http = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  return {
    port: (http.address() as AddressInfo).port,
    use(server) {
      current = server;
    },
    close: () =>
      new Promise((closed) => {
        http.close(() => closed());
        http.closeAllConnections();
      }),
  };
}
