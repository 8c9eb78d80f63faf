// One process of the agent: `start <thread> <sentence>` stays alive, as a server would; `resume <thread>` ends.
// What it has to report it sends to its parent, if it has one.
import { savedRun } from "@countersign/core/adapter";
import { gate } from "../approvals.ts";
import { verdictOn, type Report } from "../report.ts";
import { payments } from "./agent.ts";

process.once("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

const [move, threadId = "", sentence = ""] = process.argv.slice(2);
const outcome =
  move === "start" ? await payments.start(threadId, sentence, { requestedBy: "payments-desk" }) : await payments.resume(threadId);
const items = await conversation();
const report: Report = {
  status: outcome.status,
  replayed: outcome.status === "completed" && outcome.replayed,
  proposals: items.flatMap((item) => {
    if (item.type !== "function_call") return [];
    const args = JSON.parse(item.arguments) as Record<string, unknown>;
    return [{ args, verdict: verdictOn(args) }];
  }),
  results: items.flatMap((item) => (item.type === "function_call_output" ? [textOf(item.output)] : [])),
  text: outcome.status === "completed" ? outcome.text : "",
};
if (process.send) process.send(report);
else console.log(report);
if (move === "start" && outcome.status === "suspended") setInterval(() => {}, 60_000);
else process.disconnect?.();

type Item =
  | { readonly type: "function_call"; readonly arguments: string }
  | { readonly type: "function_call_output"; readonly output: string | readonly { readonly text: string }[] }
  | { readonly type: "message" };

/** As it is saved with the requests. */
async function conversation(): Promise<readonly Item[]> {
  const { continuation } = await savedRun(gate, threadId);
  return (continuation?.data as { state: { messages: readonly Item[] } } | undefined)?.state.messages ?? [];
}

/** A text stands there as JSON; the notice of a change stands before it. */
function textOf(output: string | readonly { readonly text: string }[]): string {
  const parts = typeof output === "string" ? [output] : output.map(({ text }) => text);
  return parts.map((part) => (part.startsWith('"') ? String(JSON.parse(part)) : part)).join("");
}
