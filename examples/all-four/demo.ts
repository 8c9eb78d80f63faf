// Four agents on four frameworks, one store, one approvals.ts: all ask at once, and are decided from one list.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { visible } from "@countersign/review";
import { agentProcess, killed } from "../agent-process.ts";
import { countersign, inbox } from "./command-line.ts";

const data = join(import.meta.dirname, ".data");
rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });
process.env["COUNTERSIGN_DB"] = join(data, "countersign.db");
process.env["CHECKPOINTS_DB"] = join(data, "checkpoints.db");
process.env["BANK_LEDGER"] = join(data, "bank.jsonl");
// Each agent has its stand-in for the model here: four keys would be much to ask.
for (const key of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AI_GATEWAY_API_KEY", "OPENROUTER_API_KEY"]) delete process.env[key];
const { gate } = await import("../approvals.ts");
const bank = await import("../bank.ts");

const asked = {
  langgraph: "Pay Acme Corp $4200 for invoice 88 and Globex $300",
  "openai-agents": "Pay Initech $1,250 and Globex $20",
  "ai-sdk": "Pay Umbrella $9,000",
  openrouter: "Pay Hooli $2,500",
};
type Framework = keyof typeof asked;
const frameworks = Object.keys(asked) as Framework[];

const say = (move: string, text: string): void => console.log(`${move.padEnd(9)}${text}`);
const each = (move: string, lines: readonly string[]): void => lines.forEach((line, i) => say(i === 0 ? move : "", line));
const inBank = (): string => bank.payments().map(({ recipient, amount }) => `${recipient} $${amount}`).join(", ") || "nothing"; // prettier-ignore
const processOf = (framework: Framework, move: string, ...sentence: string[]) =>
  agentProcess(join(import.meta.dirname, "..", framework), inBank, move, `${framework}-1`, ...sentence);

console.log("Four agents on four frameworks, with one approvals.ts and one store. Over $1,000 somebody from finance signs.\n");
each("you", frameworks.map((framework) => `to ${framework.padEnd(14)}${asked[framework]}`)); // prettier-ignore
const started = await Promise.all(
  frameworks.map(async (framework) => {
    const { child, report } = processOf(framework, "start", asked[framework]);
    return { framework, child, report: await report };
  }),
);
each("suspend", started.map(({ framework, report }) => `${framework.padEnd(14)}thread ${framework}-1 is ${report.status}`)); // prettier-ignore
await Promise.all(started.map(({ child }) => killed(child)));
say("", `kill -9 ${started.map(({ child }) => child.pid).join(" ")}: all four processes are gone. The bank has paid: ${inBank()}`);

if (process.stdin.isTTY && process.stdout.isTTY) {
  say("decide", "your turn, as fiona: the four requests are in one inbox; q when you are done");
  await inbox();
} else await decideByScript();

const left = (await gate.list({ status: "pending" })).items.length;
if (left > 0) say("", `${left} still waiting: their agents stay where they are`);
const resumed = await Promise.all(frameworks.map(async (framework) => `${framework.padEnd(14)}${await endOf(framework)}`));
each("resume", resumed.map(visible));
say("bank", inBank());
const again = await Promise.all(frameworks.map((framework) => processOf(framework, "resume").report));
say("again", `all four resume once more: ${again.map(({ status, replayed }) => (replayed ? "replayed" : status)).join(", ")}`);
say("", `the bank has paid: ${inBank()}`);
say("audit", await countersign("verify"));
await gate.store.close();

/** What the agent says, once another process has gone on with it. */
async function endOf(framework: Framework): Promise<string> {
  const { status, text } = await processOf(framework, "resume").report;
  return status === "completed" ? text : status;
}

/** Stands in for the person, and types what she would type. */
async function decideByScript(): Promise<void> {
  say("decide", "no terminal here, so a script types what fiona from finance would:");
  await typed("list");
  for (const { id, proposal, args } of (await gate.list({ status: "pending" })).items) {
    const signed = ["--digest", proposal.digest];
    if (args["amount"] === 4_200) await typed("edit", id, "--args", JSON.stringify({ ...args, amount: 4_000 }), ...signed);
    else if (args["amount"] === 9_000) await typed("reject", id, "--message", "No contract with Umbrella.", ...signed);
    else await typed("approve", id, ...signed);
  }
}

async function typed(...args: readonly string[]): Promise<void> {
  say("", `$ countersign ${args.map((arg) => (/[\s"{]/.test(arg) ? `'${arg}'` : arg)).join(" ")}`);
  for (const line of (await countersign(...args)).split("\n")) say("", `  ${line}`);
}
