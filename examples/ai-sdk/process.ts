// One process of the agent: `start <thread> <sentence>` stays alive, as a server would; `resume <thread>` ends.
// What it has to report it sends to its parent, if it has one.
import { verdictOn, type Report } from "../report.ts";
import { payments } from "./agent.ts";

process.once("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

const [move, threadId = "", sentence = ""] = process.argv.slice(2);
const outcome =
  move === "start" ? await payments.start(threadId, sentence, { requestedBy: "payments-desk" }) : await payments.resume(threadId);
const parts = (await payments.messages(threadId)).flatMap((message) => message.parts);
const report: Report = {
  status: outcome.status,
  replayed: outcome.status === "completed" && outcome.replayed,
  proposals: parts.flatMap((part) => {
    if (part.type !== "tool-send_payment") return [];
    const args = { ...part.input };
    return [{ args, verdict: verdictOn(args) }];
  }),
  results: parts.flatMap((part) => (part.type === "tool-send_payment" && part.state === "output-available" ? [part.output] : [])),
  text: outcome.status === "completed" ? outcome.text : "",
};
if (process.send) process.send(report);
else console.log(report);
if (move === "start" && outcome.status === "suspended") setInterval(() => {}, 60_000);
else process.disconnect?.();
