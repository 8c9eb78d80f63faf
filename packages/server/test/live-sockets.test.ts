// Live events over real sockets: whoever goes, however they go, leaves nothing behind.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createGate, definePolicy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../src/index.ts";
import { listen } from "./support/listen.ts";

const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"] } } } });

/** More than a caller may have open at once. */
const MANY = 40;

async function serving() {
  const gate = createGate({ store: memoryStore(), policy, warn: () => {} });
  const http = await listen();
  const reported: unknown[] = [];
  const server = createServer({
    gate,
    hosts: [`127.0.0.1:${http.port}`],
    authenticate: () => ({ id: "fiona", roles: ["finance"] }),
    onError: (error) => reported.push(error),
  });
  http.use(server);
  onTestFinished(async () => {
    await server.close();
    await http.close();
  });
  const open = (method = "GET"): Socket => {
    const socket = connect(http.port, "127.0.0.1").on("error", () => {});
    socket.write(`${method} /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${http.port}\r\nAccept: text/event-stream\r\n\r\n`);
    return socket;
  };
  return { gate, server, reported, open };
}

test.for<[string, (socket: Socket) => unknown]>([
  ["before the answer", (socket) => socket.destroySoon()],
  ["with the first byte", async (socket) => (await once(socket, "data"), socket.destroy())],
  ["politely", async (socket) => (await once(socket, "data"), socket.end())],
  ["with a reset", async (socket) => (await once(socket, "data"), socket.resetAndDestroy())],
])("who goes %s leaves their place", async ([, go]) => {
  const { open, reported } = await serving();
  for (let n = 0; n < MANY; n++) {
    const socket = open();
    await Promise.all([once(socket, "close"), go(socket)]);
  }
  const socket = open();
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
  expect(reported).toEqual([]);
  socket.destroy();
});

test("HEAD takes no place", async () => {
  const { open } = await serving();
  for (let n = 0; n <= MANY; n++) {
    const socket = open("HEAD");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  }
});

test("the server ends streams that wait, and those of whoever doesn't read", async () => {
  const { open, gate, server } = await serving();
  const waiting = open();
  await once(waiting, "data");
  const deaf = open();
  await once(deaf, "data");
  deaf.pause();
  for (let n = 0; n < 50; n++) await gate.ask({ threadId: `t${n}`, key: "k", tool: "pay", args: {} });
  waiting.resume();
  deaf.resume();
  const ended = Promise.all(
    [waiting, deaf].map(async (socket) => {
      let text = "";
      for await (const chunk of socket) {
        text += String(chunk);
        if (text.endsWith("0\r\n\r\n")) return;
      }
      throw new Error("It was cut off.");
    }),
  );
  await server.close();
  await ended;
});
