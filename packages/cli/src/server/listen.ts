import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";

/** A port that is listened at. */
export interface Listening {
  readonly port: number;
  /** No new request is taken; those that run may end, for so many ms. */
  close(grace: number): Promise<void>;
}

/** How long a request may take to arrive, in ms: its headers, and all of it. */
const HEADERS_IN = 10_000;
const REQUEST_IN = 30_000;

/**
 * Listens on an address of this machine. Requests are answered from then on.
 * @throws Failure for a port that is taken, or an address that this machine doesn't have
 */
export async function listen(answers: Pick<Server, "fetch">, host: string, port: number): Promise<Listening> {
  const listener = nodeListener(answers);
  const server = createServer(
    { headersTimeout: HEADERS_IN, requestTimeout: REQUEST_IN },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen({ host, port }, resolve);
  await promise.catch((error: unknown) => {
    throw refusal(error, host, port);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(grace) {
      const closed = new Promise<void>((done) => server.close(() => done()));
      // A connection whose request has ended is kept open for the next one, which never comes.
      const idle = setInterval(() => server.closeIdleConnections(), 100);
      const late = setTimeout(() => server.closeAllConnections(), grace);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}

function refusal(error: unknown, host: string, port: number): Failure {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return new Failure(
      EXIT.usage,
      `Port ${port} of ${host} is taken: another process listens there. Give --port another number, or 0 for any.`,
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return usage(`This machine has no address ${host}. Give --host 127.0.0.1, or one that it has.`);
  if (code === "EACCES") return usage(`You may not listen at port ${port}. Give --port a number from 1024 on.`);
  return usage(`Nobody can listen at port ${port} of ${host}: ${error instanceof Error ? error.message : String(error)}.`);
}
