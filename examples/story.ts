// The main job, end to end, with real processes: propose, freeze, die, decide, go on, once. The same on every framework: an
// example brings its agent (agent.ts) and how one process of it reports (process.ts).
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { isCountersignError, type ApprovalRequest, type Decision, type Principal } from "@countersign/core";
import { agentProcess, killed } from "./agent-process.ts";

const root = join(import.meta.dirname, "..");

interface Example {
  /** Where its agent.ts and process.ts are. */
  readonly folder: string;
  /** The model that the environment has a key for, asked when the places for its files are set. */
  readonly model: () => Promise<string | undefined>;
}

/** Tells the story in the terminal. */
export async function story({ folder, model }: Example): Promise<void> {
  const data = join(folder, ".data");
  mkdirSync(data, { recursive: true });
  const threadId = `pay-${new Date().toISOString().replace(/\D/g, "").slice(2, 17)}`;
  process.env["COUNTERSIGN_DB"] = join(data, "countersign.db");
  process.env["CHECKPOINTS_DB"] = join(data, "checkpoints.db");
  process.env["BANK_LEDGER"] = join(data, `${threadId}.jsonl`);
  const { gate } = await import("./approvals.ts");
  const bank = await import("./bank.ts");
  const modelName = await model();
  const { visible } = await import("@countersign/review");
  const { terminalReviewer } = await import("@countersign/terminal");

  const { positionals } = parseArgs({ allowPositionals: true });
  const sentence = positionals.join(" ") || "Pay Acme Corp $4200 for invoice 88 and Globex $300";
  const say = (move: string, text: string): void => console.log(`${move.padEnd(9)}${text}`);
  const inBank = (): string => bank.payments().map(({ recipient, amount }) => `${visible(recipient)} $${amount}`).join(", ") || "nothing"; // prettier-ignore
  const shown = (args: object): string => visible(JSON.stringify(args));

  console.log(
    `An agent pays vendors; over $1,000 somebody from finance signs. ${modelName ? `Model: ${modelName}.` : "Offline: a stand-in for the model reads your sentence."}\n`,
  );
  say("you", visible(sentence));

  const first = agentProcess(folder, inBank, "start", threadId, sentence);
  const proposed = await first.report;
  for (const [i, { args, verdict }] of proposed.proposals.entries()) say(i === 0 ? "gate" : "", `${shown(args)} -> ${verdict}`);
  if (proposed.status !== "suspended") {
    say("", proposed.text || "Nothing to sign.");
    say("bank", inBank());
    process.exit(0);
  }
  await killed(first.child);
  say("suspend", `thread ${threadId} is frozen in ${relative(process.cwd(), process.env["COUNTERSIGN_DB"])}`);
  say("", `kill -9 ${first.child.pid}: the agent's process is gone. The bank has paid: ${inBank()}`);

  const signer: Principal = { id: "fiona", roles: ["finance"] };
  const interactive = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  if (interactive) {
    say("decide", "here as fiona, or in a second terminal, in the folder of the repository:");
    say("", `  export COUNTERSIGN_AS=fiona COUNTERSIGN_ROLES=finance COUNTERSIGN_STORE=${relative(root, process.env["COUNTERSIGN_DB"])}`);
    say("", "  npx -y pnpm@12 -s countersign inbox    # or list, show, approve, edit, reject");
  } else say("decide", "no terminal here, so a script signs as fiona (finance) and edits the amount");
  for (const request of (await gate.list({ threadId, status: "pending" })).items) {
    const decided = interactive
      ? await decidedByPerson(request)
      : await gate.decide(request, scripted(request), { by: signer, via: "script" });
    const by = decided.decisions.at(-1);
    say(
      interactive ? "decide" : "",
      `${decided.status}${interactive && by ? ` by ${visible(by.by.id)}, ${by.via}` : ""}: ${shown(request.args)}${decided.approvedArgs ? ` -> ${shown(decided.approvedArgs)}` : ""}`,
    );
  }

  const second = agentProcess(folder, inBank, "resume", threadId);
  const done = await second.report;
  say("resume", `process ${second.child.pid} goes on where the first one stopped. The tool results that the model reads:`);
  for (const result of done.results) for (const line of result.split("\n")) say("", `  ${visible(line)}`);
  say("", `model: ${visible(done.text)}`);
  say("bank", inBank());
  const again = await Promise.all([
    agentProcess(folder, inBank, "resume", threadId).report,
    agentProcess(folder, inBank, "resume", threadId).report,
  ]);
  say(
    "again",
    `two more processes resume: ${again.map(({ status, replayed }) => (replayed ? `${status}, replayed` : status)).join("; ")}. The bank has paid: ${inBank()}`,
  );

  for (const { id } of (await gate.list({ threadId })).items) {
    for await (const { seq, at, type, actor, hash, data: facts } of gate.history(id)) {
      const { args, proposal } = facts as { readonly args?: object; readonly proposal?: { readonly args?: object } };
      const changed = args ?? proposal?.args;
      const what = changed ? shown(changed) : "";
      say(
        seq === 1 ? "audit" : "",
        `${new Date(at).toISOString().slice(11, 23)}  ${type.padEnd(9)} ${(actor?.id ?? "").padEnd(14)} ${hash.slice(0, 8)}  ${what}`.trimEnd(),
      );
    }
  }
  const verified = await gate.verify();
  say("", `verified: ${verified.events} events in ${verified.subjects} hash chains of this file`);
  await gate.store.close();

  /** At this prompt, or with the command line in another terminal: whoever is first. */
  async function decidedByPerson(request: ApprovalRequest): Promise<ApprovalRequest> {
    const elsewhere = new AbortController();
    const waiting = gate.wait(request.id).finally(() => elsewhere.abort());
    const decision = await terminalReviewer({ as: signer }).review(request, {
      signal: elsewhere.signal,
      background: () => gate.background(request),
      current: async () => (await gate.get(request.id)) ?? request,
    });
    if (decision) {
      await gate.decide(request, decision, { by: signer, via: "terminal" }).catch((error: unknown) => {
        if (!isCountersignError(error, "ALREADY_DECIDED")) throw error;
      });
    } else if (!elsewhere.signal.aborted) say("", "waiting for the second terminal; Ctrl-C ends the demo, and loses nothing");
    return waiting;
  }
}

/** Stands in for the person: rounds 4,200 down to 4,000, and signs the rest as it is. */
function scripted({ args }: ApprovalRequest): Decision {
  return args["amount"] === 4_200 ? { type: "edit", args: { ...args, amount: 4_000 }, comment: "as on the invoice" } : { type: "approve" };
}
