import type { ServerResponse } from "node:http";
import { onLoopback } from "../serving/on-loopback.ts";

/** Node's own `http` and nothing else: whoever asks gets a stream. Asked for any other thing, it writes an event of that name to all of them, and answers when it began to. */
const open = new Set<ServerResponse>();

await onLoopback(() => ({
  listener(_request, response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("retry: 2000\nid: 0\n\n");
    open.add(response);
    response.on("close", () => open.delete(response));
  },
  answer(subject) {
    const at = Number(process.hrtime.bigint());
    const request = { id: subject, version: 2, status: "approved", execution: "ready" };
    const data = JSON.stringify({ subject, seq: 2, type: "approved", at: Date.now(), request });
    for (const response of open) response.write(`event: change\nid: 1000000\ndata: ${data}\n\n`);
    return at;
  },
}));
