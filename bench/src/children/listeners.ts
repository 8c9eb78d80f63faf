import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { fiona } from "../stores/policy.ts";
import { tokenOf } from "../serving/callers.ts";
import { answering, tell } from "./answering.ts";
import { orderOf } from "./child.ts";

/** Connections that are opened at the same time. */
const AT_ONCE = 50;

/**
 * So many pages of as many people who may sign what Fiona may. Tells the parent of each decision when each of them had heard
 * of it, in ns by the clock that all processes share, once the last one has.
 */
const { port, count } = orderOf<{ readonly port: number; readonly count: number }>();
const heard = new Map<string, number[]>();
const agent = new Agent({ maxSockets: Infinity });

async function listen(n: number): Promise<void> {
  const headers = { Accept: "text/event-stream", Authorization: `Bearer ${tokenOf({ ...fiona, id: `fiona-${n}` })}` };
  const [response] = (await once(get({ host: "127.0.0.1", port, agent, path: "/v1/events", headers }), "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`listener ${n} was answered ${response.statusCode}`);
  response.setEncoding("utf8");
  let rest = "";
  response.on("data", (text: string) => {
    const at = Number(process.hrtime.bigint());
    const events = `${rest}${text}`.split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) hear(event, at);
  });
  response.once("close", () => {
    throw new Error(`listener ${n} was cut off`);
  });
  // The stream has begun: what happens from now on is heard.
  await once(response, "data");
}

function hear(event: string, at: number): void {
  const [, subject] = /"subject":"(\w+)".*"type":"approved"/.exec(event) ?? [];
  if (subject === undefined) return;
  const times = heard.get(subject) ?? [];
  heard.set(subject, times);
  if (times.push(at) < count) return;
  heard.delete(subject);
  tell(subject, times);
}

for (let n = 0; n < count; n += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, i) => listen(n + i)));
answering(() => {});
