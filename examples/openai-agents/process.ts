// One process of the agent: `start <thread> <sentence>` stays alive, as a server would; `resume <thread>` ends.
// What it has to report it sends to its parent, if it has one.
import type { RunItem, RunStreamEvent } from "@openai/agents";
import { verdictOn, type Report } from "../report.ts";
import { payments } from "./agent.ts";

process.once("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

const [move, threadId = "", sentence = ""] = process.argv.slice(2);
const { stream, outcome: ending } =
  move === "start" ? await payments.stream(threadId, sentence, { requestedBy: "payments-desk" }) : await payments.resumeStream(threadId);
// The SDK's own stream, as a chat would show it.
const items = (await Array.fromAsync(stream)).flatMap(itemIn);
const outcome = await ending;
const report: Report = {
  status: outcome.status,
  replayed: outcome.status === "completed" && outcome.replayed,
  proposals: items.flatMap(({ rawItem }) => {
    if (rawItem?.type !== "function_call") return [];
    const args = JSON.parse(rawItem.arguments) as Record<string, unknown>;
    return [{ args, verdict: verdictOn(args) }];
  }),
  results: items.flatMap((item) => (item.type === "tool_call_output_item" ? [String(item.output)] : [])),
  text: outcome.status === "completed" ? outcome.text : "",
};
if (process.send) process.send(report);
else console.log(report);
if (move === "start" && outcome.status === "suspended") setInterval(() => {}, 60_000);
else process.disconnect?.();

function itemIn(event: RunStreamEvent): RunItem[] {
  return event.type === "run_item_stream_event" && event.name !== "tool_approval_requested" ? [event.item] : [];
}
