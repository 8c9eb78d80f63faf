// One process of the agent: `start <thread> <sentence>` stays alive, as a server would; `resume <thread>` ends.
// What it has to report it sends to its parent, if it has one.
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { verdictOn, type Report } from "../report.ts";
import { agent, payments } from "./agent.ts";

process.once("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

const [move, threadId = "", sentence = ""] = process.argv.slice(2);
const outcome =
  move === "start" ? await payments.start(threadId, sentence, { requestedBy: "payments-desk" }) : await payments.resume(threadId);
const state: { values: { messages?: BaseMessage[] } } = await agent.graph.getState({ configurable: { thread_id: threadId } });
const messages = state.values.messages ?? [];
const report: Report = {
  status: outcome.status,
  replayed: outcome.status === "completed" && outcome.replayed,
  proposals: messages
    .filter((message) => AIMessage.isInstance(message))
    .flatMap(({ tool_calls = [] }) => tool_calls.map(({ args }) => ({ args, verdict: verdictOn(args) }))),
  results: messages.filter((message) => ToolMessage.isInstance(message)).map(({ text }) => text),
  text: outcome.status === "completed" ? outcome.text : "",
};
if (process.send) process.send(report);
else console.log(report);
if (move === "start" && outcome.status === "suspended") setInterval(() => {}, 60_000);
else process.disconnect?.();
