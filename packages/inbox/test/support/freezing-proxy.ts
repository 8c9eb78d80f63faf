import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Stands before a server, and can be like a network that has gone without a word: connections stay, and nothing comes through. */
export interface FreezingProxy {
  readonly port: number;
  /** Of the connections that there are; new ones pass. */
  freeze(): void;
  close(): Promise<void>;
}

export async function freezingProxy(target: () => number): Promise<FreezingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect(target(), "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const socket of pair) {
      socket.on("error", () => {});
      socket.on("close", () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      for (const [near, far] of pairs) {
        far.unpipe(near);
        near.unpipe(far);
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
