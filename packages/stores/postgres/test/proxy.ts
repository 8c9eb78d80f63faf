import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { urlOf } from "./setting.ts";

/** When a connection is cut: before the server gets the statement, or after it has carried it out and answered. */
export type Moment = "before" | "after";

interface Loss {
  readonly part: string;
  readonly moment: Moment;
  readonly meanwhile: () => Promise<unknown>;
}

/** Stands between a store and its server, and breaks what it is told to. */
export interface Proxy {
  readonly url: string;
  /** Connections that were cut. */
  readonly cuts: number;
  /** How many statements that begin with this were asked for. */
  asked(beginning: string): number;
  /** From now on each answer takes so many ms longer. */
  slow(ms: number): void;
  /** Cuts the connection of the next statement that contains `part`; `meanwhile` happens before the client can notice. */
  lose(part: string, moment: Moment, meanwhile?: () => Promise<unknown>): void;
  /** From now on the connection of every second statement that contains `part` is cut. */
  loseEverySecond(part: string, moment: Moment): void;
  /** From now on, messages of this type from the server are swallowed. */
  swallow(type: string): void;
  /** From now on nothing passes, in either direction, and nobody is told. */
  stall(): void;
}

/** In front of the server that `url` names. */
export async function startProxy(url: string): Promise<Proxy> {
  const { hostname, port } = new URL(url);
  const losses: Loss[] = [];
  let standing: Loss | undefined;
  let turn = 0;
  const swallowed = new Set<string>();
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  let stalled = false;
  let delay = 0;
  let cuts = 0;

  function lossOf(sql: string): Loss | undefined {
    if (standing && sql.includes(standing.part) && turn++ % 2 === 0) return standing;
    const index = losses.findIndex(({ part }) => sql.includes(part));
    return index >= 0 ? losses.splice(index, 1)[0] : undefined;
  }

  // Half open: when it is stalled, not even a goodbye is answered.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(Number(port), hostname);
    const statements = new Map<string, string>();
    let losing: Loss | undefined;
    let startup = true;
    const end = (): void => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket
        .on("error", end)
        .on("close", end)
        .on("end", () => stalled || end());
    }

    const cut = async (loss: Loss): Promise<void> => {
      cuts++;
      await loss.meanwhile();
      end();
    };
    const toServer = (message: Buffer): void => {
      const sql = startup ? undefined : sqlOf(message, statements);
      startup = false;
      if (sql !== undefined) asked.push(sql);
      const loss = sql === undefined ? undefined : lossOf(sql);
      losing ??= loss;
      if (losing?.moment !== "before") upstream.write(message);
      else if (loss) void cut(loss);
    };
    const toClient = (message: Buffer): void => {
      const type = String.fromCharCode(message[0] ?? 0);
      if (losing && type === "Z") void cut(losing);
      if (losing || swallowed.has(type)) return;
      if (delay > 0) setTimeout(() => client.write(message), delay);
      else client.write(message);
    };
    client.on("data", framed(() => startup, (message) => !stalled && toServer(message))); // prettier-ignore
    upstream.on("data", framed(() => false, (message) => !stalled && toClient(message))); // prettier-ignore
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  return {
    url: urlOf(url, { port: String((server.address() as AddressInfo).port) }),
    get cuts() {
      return cuts;
    },
    asked: (beginning) => asked.filter((sql) => sql.startsWith(beginning)).length,
    slow: (ms) => void (delay = ms),
    lose: (part, moment, meanwhile = async () => {}) => void losses.push({ part, moment, meanwhile }),
    loseEverySecond: (part, moment) => void (standing = { part, moment, meanwhile: async () => {} }),
    swallow: (type) => void swallowed.add(type),
    stall: () => void (stalled = true),
  };
}

/** Whole messages of the protocol: a type (the very first of a client has none), a length, a body. */
function framed(isUntyped: () => boolean, take: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const type = isUntyped() ? 0 : 1;
      if (rest.length < type + 4) return;
      const length = type + rest.readInt32BE(type);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      take(message);
    }
  };
}

/** The statement that a message asks to be carried out. Prepared ones are asked for by their names. */
function sqlOf(message: Buffer, statements: Map<string, string>): string | undefined {
  const [first = "", second = ""] = message.subarray(5).toString("latin1").split("\0");
  const type = String.fromCharCode(message[0] ?? 0);
  if (type === "Q") return first;
  if (type === "P") statements.set(first, second);
  return type === "B" ? statements.get(second) : undefined;
}
