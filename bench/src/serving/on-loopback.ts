import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { answering } from "../children/answering.ts";
import { held } from "../held.ts";

/** What is served. */
interface Served {
  readonly listener: RequestListener;
  /** What the parent asks beside what all of them answer. */
  readonly answer: (question: string) => unknown;
}

/**
 * Serves on a free port of loopback, until the parent goes. Answers the parent where (`port`), what the process holds
 * (`held`), and how much CPU it has had (`cpu`, in ms).
 */
export async function onLoopback(servedAs: (host: string) => Served): Promise<void> {
  const http = createServer();
  await once(http.listen(0, "127.0.0.1"), "listening");
  const { port } = http.address() as AddressInfo;
  const { listener, answer } = servedAs(`127.0.0.1:${port}`);
  http.on("request", listener);
  answering((question) => {
    if (question === "port") return port;
    if (question === "held") return held();
    if (question === "cpu") return cpu();
    return answer(question);
  });
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
